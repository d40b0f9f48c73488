"""Of which tables the past is kept, and how: whatever stands not here is not told of the past."""

from __future__ import annotations

from webapp.base.kept import Dated, Grown, Kept, Rebuilt, Standing, Way

_PLACED = ("geom",)

# Where a vessel was, by the last of what was heard of it until then: each position is kept for itself.
_HEARD = """
    SELECT v.id AS vessel_id, f.at, f.source, f.geom, f.sog, f.cog, f.received_at, w.watches,
           w.mooring, NULL::geometry AS moored, NULL::timestamptz AS adrift_since
    FROM public.vessel v CROSS JOIN LATERAL (
        SELECT * FROM public.vessel_fix x WHERE x.vessel_id = v.id AND x.at <= {moment}
        ORDER BY x.at DESC LIMIT 1
    ) f LEFT JOIN public.vessel_where w ON w.vessel_id = v.id
"""

# What a series said last, by the values that were heard of it until then.
_SAID = """
    SELECT d.id, d.sensor_id, d.code, d.quantity, o.value AS last_value, o.at AS last_at
    FROM public.datastream d LEFT JOIN LATERAL (
        SELECT x.value, x.at FROM public.observation x
        WHERE x.datastream_id = d.id AND x.at <= {moment} ORDER BY x.at DESC LIMIT 1
    ) o ON true
"""

_VISITED = ("state", "due_on", "tries", "last_try_at", "account_id", "ended_at")

TABLES: dict[str, Way] = {
    "account": Standing("who asks is who it is now, and so are names", of_now=True),
    "post": Standing("each says from when to when it is held"),
    "job_member": Standing("each says from when to when it holds"),
    "project_member": Standing("each says from when to when it holds"),
    "project_share": Standing("it says who may see a project, and rights are those of now"),
    "case_part": Standing("it says who else may see a case, and rights are those of now"),
    "whistle_call": Standing("it says who else may see a whistle, and rights are those of now"),
    "unit": Standing("a catalogue"),
    "case_class": Standing("a catalogue"),
    "service_item_version": Standing("each version says from when to when it holds"),
    "job_occupation": Standing("a catalogue"),
    "wind_limit": Standing("a rule by which vessels are called back"),
    "erasure_rule": Standing("a rule by which it is erased from now on", of_now=True),
    "sea_limits": Standing("a rule by which positions are weighed"),
    "road_network": Standing("each says when it came"),
    "road_edge": Standing("each is of one network, and none is changed"),
    "grid_version": Standing(
        "each says of which boundary set it is, and from when to when it holds"
    ),
    "unit_code": Standing("a catalogue"),
    "stored_file": Standing("a file, never changed"),
    "event": Grown("at"),
    "case_media": Grown("created_at"),
    "form_time": Grown("day"),
    "form_month": Rebuilt(
        "SELECT * FROM public.form_month WHERE month + interval '1 month' <= {moment}"
    ),
    "alarm": Dated(
        "received_at",
        {
            "looked_at": ("looked_by_id",),
            "seen_at": ("seen_by_id",),
            "closed_at": ("closed_by_id", "outcome", "note"),
        },
        flow="alarm",
    ),
    "incident": Dated("opened_at", {"ended_at": (), "on_way_at": (), "arrived_at": ()}),
    "assignment": Dated("sent_at", {"taken_at": (), "ended_at": ()}),
    "participation": Dated("signed_at", {"came_at": ("hours",)}),
    "honesty_flag": Dated(
        "raised_at", {"decided_at": ("decided_by_id", "note")}, flow="honesty_flag"
    ),
    "figure_appeal": Dated(
        "filed_at", {"decided_at": ("decided_by_id", "decision")}, flow="figure_appeal"
    ),
    "desk_shift": Dated("created_at", {"given_at": (), "taken_at": ()}, flow="desk_shift"),
    "job_hire": Dated("at"),
    "job_push": Dated("made_at", {"told_at": (), "viewed_at": ()}),
    "job_consent": Dated("given_at", {"withdrawn_at": ()}),
    "job_impression": Dated("day"),
    "ledger_snapshot": Dated("frozen_at", {"erased_at": ()}),
    "released_words": Dated("created_at"),
    "door": Dated("created_at"),
    "ledger_taking": Grown("at"),
    "property_result": Grown("published_at"),
    "erasure": Grown("at"),
    "wind_said": Grown("at"),
    "datastream": Rebuilt(_SAID),
    "port_passage": Grown("at"),
    "vessel_where": Rebuilt(_HEARD),
    "activity": Kept(shapes=_PLACED),
    "appeal": Kept(
        now=(
            "caller_name",
            "caller_phone",
            "where_words",
            "words",
            "forwarding",
            "leader_words",
            "signer",
            "card",
            "reply",
            "caller_said",
        )
    ),
    "boundary_set": Kept(now=("report",)),
    "building": Kept(shapes=("outline", "geom")),
    "camera": Kept(
        now=("stream", "snapshot", "webrtc"),
        untold=("seen_at", "beats"),
        shapes=("sector", "visible", "geom"),
    ),
    "case_file": Kept(
        only=(
            "state",
            "grade",
            "handler_id",
            "verifier_id",
            "checker_id",
            "department_id",
            "closed_at",
        ),
        fixed=("number", "received_at"),
    ),
    "community_model": Kept(now=("words",)),
    "council": Kept(),
    "danger_shape": Kept(shapes=("area",)),
    "danger_zone": Kept(),
    "door_visit": Kept(only=_VISITED, fixed=("door_id", "purpose"), forgotten=True),
    "dwelling": Kept(),
    "enterprise": Kept(now=("contact_post", "contact_phone"), shapes=_PLACED),
    "grid": Kept(),
    "hazard_point": Kept(shapes=_PLACED),
    "hidden_danger": Kept(
        now=("words", "responsible", "measures", "rectified_note"), shapes=_PLACED
    ),
    "home_visit": Kept(only=_VISITED, fixed=("household_id",), forgotten=True),
    "household": Kept(only=("dwelling_id", "since", "left_at"), forgotten=True),
    "job_claim": Kept(
        only=("state", "ended_at", "employer_id", "station_id", "office_id"),
        fixed=("made_at",),
        forgotten=True,
    ),
    "job_employer": Kept(now=("contact_post", "contact_phone")),
    "job_introduction": Kept(
        only=(
            "state",
            "interview_at",
            "reason",
            "by_employer",
            "ended_at",
            "station_id",
            "office_id",
        ),
        fixed=("posting_id", "seeker_id", "employer_id", "origin", "percent", "created_at"),
        forgotten=True,
    ),
    "job_posting": Kept(now=("contact_post", "contact_phone", "note"), shapes=_PLACED),
    "job_seeker": Kept(
        only=("state", "push", "station_id", "office_id"), fixed=("created_at",), forgotten=True
    ),
    "job_visit": Kept(
        only=("state", "due_on", "done_at", "by_id", "stays", "hired", "station_id"),
        fixed=("hire_id", "days"),
        forgotten=True,
    ),
    "key_flag": Kept(
        only=("last_day",), fixed=("resident_id", "kind", "first_day", "set_at"), forgotten=True
    ),
    "livelihood_item": Kept(now=("words",), shapes=_PLACED),
    "livelihood_milestone": Kept(now=("words",)),
    "muster_point": Kept(shapes=_PLACED),
    "neighbour_role": Kept(
        only=("since", "until"), fixed=("kind", "grid_id", "building_id"), forgotten=True
    ),
    "news": Kept(now=("title", "title_en", "body", "body_en", "wanted")),
    "opinion": Kept(
        only=("state", "theme", "routed_to", "replied_at", "rating", "grid_id"),
        fixed=("kind", "how", "said_at"),
        forgotten=True,
    ),
    "patrol": Kept(now=("title", "note")),
    "patrol_point": Kept(
        only=("state", "visited_at", "account_id"), fixed=("patrol_id", "place", "kind", "name")
    ),
    "place": Kept(shapes=_PLACED),
    "port": Kept(shapes=_PLACED),
    "project": Kept(now=("words",)),
    "project_bond": Kept(),
    "project_parcel": Kept(shapes=_PLACED),
    "project_tough": Kept(now=("words", "solved_words")),
    "property_company": Kept(now=("phone",)),
    "property_term": Kept(),
    "recall": Kept(now=("note",)),
    "recall_call": Kept(),
    "relocation_household": Kept(
        only=("state", "since", "house_m2", "greenhouse_m2", "land_m2"),
        fixed=("project_id", "number", "created_at"),
        forgotten=True,
    ),
    "relocation_promise": Kept(
        only=("due_on", "owner_id", "ended_on", "kept"),
        fixed=("household_id", "kind", "blocks", "made_on"),
        forgotten=True,
    ),
    "resident": Kept(only=("household_id", "left_at"), forgotten=True),
    "safety_inspection": Kept(now=("note",)),
    "safety_licence": Kept(),
    "safety_profile": Kept(now=("officer", "note")),
    "sensor": Kept(untold=("heard_at",), shapes=_PLACED),
    "service_application": Kept(
        only=("state", "station_id", "department_id", "accepted_at", "due_at", "ended_at"),
        fixed=("number", "version_id", "channel", "grid_id", "submitted_at"),
        forgotten=True,
    ),
    "service_point": Kept(untold=("heard_at",), shapes=_PLACED),
    "shift": Kept(),
    "supervision": Kept(now=("words", "answer")),
    "topic": Kept(now=("words", "screened_why", "ended_why", "minutes"), shapes=_PLACED),
    "vessel": Kept(now=("owner", "phone")),
    "voyage": Kept(now=("crew",)),
    "whistle": Kept(now=("words", "plan", "result", "rating_words")),
}
