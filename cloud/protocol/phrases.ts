/** The parameters of an error that may be words: the key of their text in the catalogue's section `phrase` is made of them. */
const WORDS: ReadonlySet<string> = new Set(['expected', 'reason', 'type', 'what']);

type Values = Record<string, string | number>;

/** `text`: in the language wanted, or `undefined` where the catalogue has no such key. */
type Look = (key: string, params: Values) => string | undefined;

/** `params` of an error, with those that are English words in the language of a catalogue. */
export function inLanguage(params: Readonly<Values>, look: Look): Values {
  const translated = Object.entries(params).map(([name, value]): [string, string | number] => [
    name,
    WORDS.has(name) && typeof value === 'string' ? phraseIn(value, look) : value,
  ]);
  return Object.fromEntries(translated);
}

/** What a server or a library has said stands behind a colon or in brackets, and stays as it is. */
function phraseIn(text: string, look: Look): string {
  const [head = ''] = /^[^:(]*[^:(\s]/.exec(text) ?? [];
  const { key, value } = phraseKey(head);
  const translated = key === '' ? undefined : look(key, { value });
  return translated === undefined ? text : translated + text.slice(head.length);
}

/** `atMostBytes` and `'100'` of `at most 100 bytes`: the words, and the first number or what stands in quotation marks. */
export function phraseKey(phrase: string): { key: string; value: string } {
  const [value = ''] = /"[^"]*"|\b\d+\b/.exec(phrase) ?? [];
  const [first = '', ...others] = phrase.replace(value, ' ').match(/[A-Za-z0-9]+/g) ?? [];
  const key = [first.toLowerCase(), ...others.map((word) => word.charAt(0).toUpperCase() + word.slice(1))];
  return { key: key.join(''), value };
}
