import fc from 'fast-check';
import should from 'should';
import { EztError } from '../../../cloud';
import type { CommandOutSettings } from '../../../nodes/ezt-command-out/settings';
import { type Clock, stopClock } from '../../cloud/send/clock';
import { turn } from '../../cloud/send/settling';
import { sendingParts } from './with-clock';

const DEVICES = ['DU_1', 'DU_2', 'DU_3'];
const TIMEOUT = 10;
const QUEUE_EXPIRY = 150;
const HOLD = 100;

const kind = <K extends string, A>(what: K, n: fc.Arbitrary<A>) => fc.record({ do: fc.constant(what), n });
const give = fc.record({
  devices: fc.subarray(DEVICES, { minLength: 1 }),
  several: fc.boolean(),
  waitReply: fc.boolean(),
  retries: fc.constantFrom(0, 1, 5),
  whenOffline: fc.constantFrom('send' as const, 'fail' as const, 'hold' as const),
  replaceHeld: fc.boolean(),
  oneAtATime: fc.boolean(),
});
const step = fc.oneof(
  { weight: 6, arbitrary: kind('give', give) },
  { weight: 10, arbitrary: kind('acknowledge', fc.nat(5)) },
  { weight: 1, arbitrary: kind('refuse', fc.nat(5)) },
  { weight: 7, arbitrary: kind('reply', fc.nat(6)) },
  { weight: 6, arbitrary: kind('pass', fc.integer({ min: 1, max: 40 })) },
  { weight: 4, arbitrary: kind('attach', fc.integer({ min: 1, max: 12 })) },
  { weight: 2, arbitrary: kind('detach', fc.constant(0)) },
  { weight: 4, arbitrary: kind('online', fc.nat(2)) },
  { weight: 4, arbitrary: kind('offline', fc.nat(2)) },
  { weight: 1, arbitrary: kind('deploy', fc.constant(0)) },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** What became of the command to one device. */
interface Given {
  device: string;
  id: number;
  oneAtATime: boolean;
  outcomes: unknown[];
  /** Attempts that had gone to the broker when it ended, and messages, since what is unacknowledged is sent again. */
  sentAtEnd: number;
  publishedAtEnd: number;
}

/** Plays `steps`, then ends everything. */
async function play(clock: Clock, inFlight: number, steps: readonly Step[]) {
  const parts = sendingParts({ queue: 12, expiry: QUEUE_EXPIRY, inFlight });
  const given: Given[] = [];
  const unanswered = new Set<(typeof parts.published)[number]>();
  let seen = 0;
  /** The most commands that were in flight to a device at a time, of those that wait for each other. */
  let together = 0;
  let user = parts.user();
  parts.attach(10);
  const publishedOf = ({ device, id }: Given) =>
    parts.published.filter((one) => one.device === device && one.id === id);
  const attemptsOf = (one: Given) => new Set(publishedOf(one).map(({ payload }) => payload)).size;
  const inFlightTo = (device: string) =>
    given.filter(
      (one) => one.oneAtATime && one.device === device && one.outcomes.length === 0 && attemptsOf(one) > 0,
    ).length;
  const nth = (n: number) => {
    for (const one of parts.published.slice(seen)) unanswered.add(one);
    seen = parts.published.length;
    return [...unanswered][n];
  };
  function answer(n: number, refused?: number) {
    const one = nth(n);
    if (one) unanswered.delete(one);
    one?.settle(refused);
  }

  function giveTo({ devices, several, oneAtATime, ...options }: (Step & { do: 'give' })['n']) {
    const settings: CommandOutSettings = {
      ...{ device: '', method: '', params: 'payload', paramsType: 'msg', timeout: TIMEOUT, qos: 1 },
      ...{ holdFor: HOLD, secondOutput: false, oneAtATime },
      ...options,
    };
    for (const device of several ? devices : devices.slice(0, 1)) {
      const command = { method: 'm', params: {}, id: user.commandId(device) };
      const one: Given = {
        device,
        id: command.id,
        oneAtATime,
        outcomes: [],
        sentAtEnd: 0,
        publishedAtEnd: 0,
      };
      given.push(one);
      const end = (outcome: unknown) => {
        one.outcomes.push(outcome);
        one.sentAtEnd = attemptsOf(one);
        one.publishedAtEnd = publishedOf(one).length;
      };
      parts.deliver(user, settings, { device, command, timeout: TIMEOUT, several }).then(end, end);
    }
  }
  function deploy() {
    void user.close(20);
    user = parts.user();
  }

  for (const { do: what, n } of steps) {
    if (what === 'give') giveTo(n);
    else if (what === 'acknowledge') answer(n);
    else if (what === 'refuse') answer(n, 0x87);
    else if (what === 'reply') {
      const one = parts.published.at(-1 - n);
      if (one) parts.reply(one);
    } else if (what === 'pass') clock.pass(n);
    else if (what === 'attach') {
      unanswered.clear();
      seen = parts.published.length;
      parts.attach(n);
    } else if (what === 'detach') parts.detach();
    else if (what === 'deploy') deploy();
    else parts.tell(DEVICES[n] ?? '', what === 'online');
    await turn();
    together = Math.max(together, ...DEVICES.map(inFlightTo));
  }
  parts.turns.close();
  parts.commands.close();
  await parts.outbox.close();
  await parts.held.close();
  parts.commands.close();
  await turn();
  return { given, parts, attemptsOf, publishedOf, together };
}

describe('commands, whatever happens in whatever order', () => {
  let clock: Clock;
  beforeEach(() => {
    clock = stopClock();
  });
  afterEach(() => clock.restore());

  const always = (check: (played: Awaited<ReturnType<typeof play>>) => void) =>
    fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 3 }),
        fc.array(step, { maxLength: 80, size: 'max' }),
        async (inFlight, steps) => {
          check(await play(clock, inFlight, steps));
          clock.pass(1000); // closing nodes give up
          clock.timers().should.equal(0);
        },
      ),
      { numRuns: 300 },
    );

  it('end exactly once each, and leave nothing behind', () =>
    always(({ given, parts }) => {
      for (const { outcomes } of given) {
        outcomes.length.should.equal(1);
        if (outcomes[0] instanceof Error) should(outcomes[0]).be.instanceOf(EztError);
      }
      should([parts.commands.size(), parts.turns.size(), parts.held.size(), parts.outbox.size()]).deepEqual([
        0, 0, 0, 0,
      ]);
      should([parts.listening.size, parts.errors]).deepEqual([0, []]);
    }));

  it('are sent as often as is told, and no more after they have ended', () =>
    always(({ given, attemptsOf, publishedOf }) => {
      for (const one of given) {
        const [outcome] = one.outcomes;
        attemptsOf(one).should.equal(one.sentAtEnd);
        publishedOf(one).length.should.equal(one.publishedAtEnd);
        const told = outcome instanceof EztError ? outcome.params.attempts : Object(outcome ?? {}).attempts;
        if (told !== undefined) should(told).equal(one.sentAtEnd);
        else one.sentAtEnd.should.be.belowOrEqual(1);
      }
    }));

  it('are in flight to a device one at a time, if they are to be', () =>
    always(({ together }) => should(together).be.belowOrEqual(1)));

  it('that are not sent are not told to be: offline, replaced, refused by the queue', () =>
    always(({ given }) => {
      for (const { outcomes, sentAtEnd } of given) {
        const [outcome] = outcomes;
        const code = outcome instanceof EztError ? outcome.code : undefined;
        const unsent = code === 'EZT_DEVICE_OFFLINE' || code === 'EZT_QUEUE_FULL' || outcome === undefined;
        if (unsent) sentAtEnd.should.equal(0);
      }
    }));
});
