import { type ErrorCode, REASONS, type Reason } from './error-reasons';
import { printable } from './printable';

export type ReasonParams = Readonly<Record<string, string | number>>;

/**
 * An error with a code for flows, a reason (the key of its translation), and a message that says what to do next.
 * `params` are the values in the message, e.g. `{ device: 'DU_1' }`.
 */
export class EztError extends Error {
  readonly code: ErrorCode;
  readonly params: ReasonParams;
  /** Text in `params` may come from the network and end up in logs, so it is made printable. */
  constructor(
    readonly reason: Reason,
    params: ReasonParams = {},
  ) {
    const safe = Object.entries(params).map(([name, value]) => [
      name,
      typeof value === 'string' ? printable(value) : value,
    ]);
    const shown: ReasonParams = Object.fromEntries(safe);
    super(fill(REASONS[reason].message, shown));
    this.params = shown;
    this.name = 'EZtCloud';
    this.code = REASONS[reason].code;
  }
}

/** `template` with each `__name__` replaced by `params.name`, as Node-RED's catalogues write it. */
export function fill(template: string, params: ReasonParams): string {
  return template.replace(/__(\w+?)__/g, (whole, name: string) =>
    Object.hasOwn(params, name) ? String(params[name]) : whole,
  );
}

/** The English message template of each reason. The en-US catalogue holds the same texts (a test compares them). */
export function sentences(): Record<string, string> {
  return Object.fromEntries(Object.entries(REASONS).map(([reason, { message }]) => [reason, message]));
}
