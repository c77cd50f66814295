/**
 * Text that others wrote (a certificate, a broker, a device) as it may stand in a log, a terminal or an error: on one
 * line, with control, formatting and invisible characters written out (`\u001b`), at most `max` characters long.
 */
export function printable(text: string, max = Number.POSITIVE_INFINITY): string {
  const written = text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
  return written.length <= max ? written : written.slice(0, max).replace(/[\ud800-\udbff]$/, '');
}
