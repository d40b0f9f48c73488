/** Two have changed one thing: the person sees both versions, chooses, and the house writes down how it was settled. */
import { drop, keep, post, sendAll, session } from "../offline.js";

const stepOf = (item) => item.address.split("/").at(-1);

/** True when the step is still open where the thing stands now. */
export const canInsist = (item) => item.theirs.open?.includes(stepOf(item)) ?? false;

/** The person wants the step all the same; the event of the step will say that there was another version. */
export async function keepMine(item) {
  const fields = { ...item.fields, base_version: String(item.theirs.version), insisted: "1" };
  await keep({ ...item, fields, theirs: null, error: null, status: null, edition: item.edition + 1 });
  await sendAll();
}

/** The other version stands; the log of the thing says that this step gave way, and what it had said. @returns {Promise<boolean>} */
export async function keepTheirs(item) {
  const now = await session();
  if (!now || now.account !== item.account) return false;
  const form = new FormData();
  form.append("client_id", item.id);
  form.append("happened_at", item.made);
  form.append("step", stepOf(item));
  if (item.fields.note) form.append("note", item.fields.note);
  try {
    const answer = await post(`${item.thing}/conflict`, form, now.csrf_token);
    // Whoever may not see the thing any more has nothing to settle there.
    if (!answer.ok && ![403, 404].includes(answer.status)) return false;
  } catch {
    return false;
  }
  await drop(item, "theirs", item.theirs);
  return true;
}
