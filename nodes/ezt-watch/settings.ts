import type { NodeAPI } from 'node-red';
import {
  type Aliases,
  type Choice,
  type LimitProblem,
  readLimit,
  type WatchRule,
  wordProblem,
} from '../../cloud';
import { listenedDevices } from '../shared/devices';
import { allNames, bad, choice, list, number, type Raw, text } from '../shared/raw-settings';

export interface WatchSettings {
  /** Usernames; empty: every device. */
  devices: string[];
  rule: WatchRule;
}

/** Settings of `ezt-watch`. Throws `EZT_CONFIG`, and `EZT_DEVICE` for a tag or an alias that names no device. */
export function watchSettings(RED: NodeAPI, raw: Raw, aliases: Aliases): WatchSettings {
  return {
    devices: listenedDevices(aliases, 'devices', list(RED, raw, 'devices')),
    rule: ruleOf(raw, choice(raw, 'mode')),
  };
}

/** Only what the mode needs is read: the rest may be left from another one. */
function ruleOf(raw: Raw, mode: Choice<'mode'>): WatchRule {
  switch (mode) {
    case 'silence':
      return { mode, after: milliseconds(raw, 'after') };
    case 'threshold': {
      const [attribute = ''] = allNames('attribute', [text(raw, 'attribute')], wordProblem);
      const limit = readLimit(choice(raw, 'op'), given(raw, 'value'), given(raw, 'clear'));
      if (typeof limit === 'string') throw bad(...EXPECTED[limit]);
      return { mode, attribute, limit, for: milliseconds(raw, 'for') };
    }
    case 'alarm':
      return { mode, every: milliseconds(raw, 'every') };
  }
}

const milliseconds = (raw: Raw, name: 'after' | 'for' | 'every'): number => number(raw, name) * 1000;

/** A number or a boolean stays what it is; variables are checked as in any text. */
const given = (raw: Raw, name: string): unknown =>
  typeof raw[name] === 'number' || typeof raw[name] === 'boolean' ? raw[name] : text(raw, name);

/** By what is wrong: the option, and what is expected of it. */
const EXPECTED: Record<LimitProblem, [option: string, expected: string]> = {
  value: ['value', 'a number or a text'],
  valueNumber: ['value', 'a number'],
  clear: ['clear', 'a number'],
  clearOrder: ['clear', 'nothing with eq, neq'],
  clearAbove: ['clear', 'clear <= value'],
  clearBelow: ['clear', 'clear >= value'],
};
