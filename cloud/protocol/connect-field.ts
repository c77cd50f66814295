/** Bytes of a text or binary field (MQTT 5 §1.5.4, §1.5.6). */
export const MAX_FIELD = 65_535;

/** Whether `value` (a secret, a client id) fits in CONNECT, as UTF-8. */
export const fitsField = (value: string): boolean => new TextEncoder().encode(value).length <= MAX_FIELD;

/** Whether a broker can take `value` as a client id: one with a NUL, for example, it hangs up on without a word. */
export const isClientId = (value: unknown): value is string =>
  typeof value === 'string' && fitsField(value) && !/[\p{Cc}\p{Noncharacter_Code_Point}\p{Cs}]/u.test(value);
