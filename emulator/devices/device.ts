import type { UpChannel } from '../access';
import { isObject, parseAttributes, parseCall, parseObject, toPayload } from '../messages';
import type { DeviceSession, Platform } from '../platform';

/** A built-in device while it runs. What it sends while it is offline is lost, as with a real one. */
export interface Device {
  /** `payload` as JSON, or as it is if it is bytes. */
  send(channel: UpChannel, payload: unknown, stream?: string): void;
  goOnline(): void;
  goOffline(): void;
  online(): boolean;
  /** Once, `ms` later; never after the device has been stopped. */
  later(ms: number, action: () => void): void;
}

export type Params = Record<string, unknown>;
export type Commands = Record<string, (params: Params) => Params>;

/** What a kind of device does. */
export interface Behaviour {
  /** Once per interval, also while offline; `count` starts at 0. */
  tick?(count: number): void;
  /** Attributes pushed by an application or updated in the cloud. */
  pushed?(attributes: ReadonlyMap<string, unknown>): void;
  /** Answers by method, made from the command's `params`. Any other method gets an answer with `error`. */
  commands?: Commands;
  /** Whether a command of this id, as it came, is answered at all. Default: each is. */
  answers?(id: unknown): boolean;
  /** Milliseconds between a command and its reply; a function is asked for each. Default 0. */
  replyDelay?: number | (() => number);
}

export interface Kind {
  username: string;
  behave(device: Device): Behaviour;
}

/** Connects a built-in device to the platform, in this process; returns what stops it. */
export function play(platform: Platform, { username, behave }: Kind, interval: number): () => void {
  let session: DeviceSession | undefined;
  const timers = new Set<NodeJS.Timeout>();

  const device: Device = {
    send(channel, payload, stream) {
      session?.publish(channel, Buffer.isBuffer(payload) ? payload : toPayload(payload), stream);
    },
    goOnline() {
      session ??= platform.connect(username, (channel, payload) => {
        if (channel === 'attributes_push') behaviour.pushed?.(parseAttributes(payload) ?? new Map());
        else if (channel === 'command_send') answer(payload);
      });
    },
    goOffline() {
      session?.close();
      session = undefined;
    },
    online: () => session !== undefined,
    later(ms, action) {
      const timer = setTimeout(() => {
        timers.delete(timer);
        action();
      }, ms);
      timers.add(timer);
    },
  };
  const behaviour = behave(device);

  const answer = (payload: Buffer): void => {
    const command = parseCall(payload);
    if (command === undefined) return;
    // The id goes back as it came, number or text.
    const id = parseObject(payload)?.id;
    const { commands = {}, answers, replyDelay: delay = 0 } = behaviour;
    if (answers?.(id) === false) return;
    device.later(typeof delay === 'number' ? delay : delay(), () => {
      const { method, params } = command;
      const run = Object.hasOwn(commands, method) ? commands[method] : undefined;
      const result = run?.(isObject(params) ? params : {});
      device.send('command_reply', { method, params: result ?? { error: 'unknown method' }, id });
    });
  };

  device.goOnline();
  let count = 0;
  const ticking = setInterval(() => behaviour.tick?.(count++), interval);
  return () => {
    clearInterval(ticking);
    for (const timer of timers) clearTimeout(timer);
    device.goOffline();
  };
}
