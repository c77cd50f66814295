/** What is the same in every language of why a connection failed: the reason code with the broker's own words, or the HTTP status. */
export function factIn(detail: string): string | undefined {
  const [, code, words = ''] = /\((0x[\dA-F]{2}|\d{1,3})\)(: .*)?$/.exec(detail) ?? [];
  return code === undefined ? /HTTP \d{3}/.exec(detail)?.[0] : code + words;
}
