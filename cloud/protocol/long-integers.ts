/** What a piece of JSON is made of, as far as it matters here: escapes, quotes (text stands between them), numbers. */
const TOKENS = /\\.|"|-?\d[\d.eE+-]*/g;

/**
 * Valid `json` with each integer beyond ±(2⁵³−1) in quotes: a number would round it, and it may be a serial number.
 * (A reviver is given the source of each number only from Node.js 21 on, and is called for every value.)
 */
export function quoteLongIntegers(json: string): string {
  let inText = false;
  return json.replace(TOKENS, (token) => {
    if (token === '"') inText = !inText;
    return !inText && isLongInteger(token) ? `"${token}"` : token;
  });
}

const isLongInteger = (token: string): boolean =>
  /^-?\d{16,}$/.test(token) && !Number.isSafeInteger(Number(token));
