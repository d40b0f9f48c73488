/** Shorter and shorter ways to write the name of a grid, down to the number of its code. */

/** Each way is a list of lines; the last of them is the code without its district. */
export function forms(name, code) {
  const plain = name.replace(/[(（].*[)）]$/, "");
  const short = plain.replace(/网格$/, "").replace(/(社区|村原址|村)(?=.?$)/, "");
  const all = [[name], halves(name), [plain], halves(plain), [short], halves(short), [code.replace(/^.*?-/, "")]];
  return all.filter((lines) => lines && lines.every(Boolean));
}

function halves(words) {
  const at = [words.search(/[(（]/), words.indexOf("社区") + 2, words.indexOf("村") + 1, Math.ceil(words.length / 2)]
    .find((place) => place > 1 && place < words.length - 1);
  return at ? [words.slice(0, at), words.slice(at)] : null;
}

/** The number at the end of a code: with the hue of its kind it names a grid. DJJ-C-039 is 39. */
export function number(code) {
  return code.match(/\d+$/)?.[0].replace(/^0+(?=\d)/, "") ?? code;
}
