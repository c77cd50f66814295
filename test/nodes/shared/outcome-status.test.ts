import type { Node, NodeAPI, NodeStatus } from 'node-red';
import should from 'should';
import { type Client, EztError, type State } from '../../../cloud';
import { type StatusClock, showStatus } from '../../../nodes/shared/status';

const NOON = new Date(2026, 4, 6, 12, 3, 4).getTime();
const CONNECTED = { fill: 'green', shape: 'dot', text: 'node-red:common.status.connected' };
const REASONS: Record<string, string> = {
  'eztcloud.reason.EZT_REPLY_TIMEOUT': 'no reply',
  'eztcloud.reason.deviceMissing': 'no device',
  'eztcloud.reason.EZT_DEVICE': 'bad device name',
  'eztcloud.status.sent': 'sent',
  'eztcloud.status.queued': 'queued',
};

/** Runs what is due as the test moves the time on. */
function handClock() {
  let now = 0;
  let wall = NOON;
  let due: { at: number; act: () => void; timer: object }[] = [];
  const clock: StatusClock = {
    now: () => wall + now,
    setTimeout(act, ms) {
      const timer = {};
      due.push({ at: now + ms, act, timer });
      return timer as NodeJS.Timeout;
    },
    clearTimeout(timer) {
      due = due.filter((each) => each.timer !== timer);
    },
  };
  return {
    clock,
    due: () => due.length,
    pass(ms: number) {
      const end = now + ms;
      for (;;) {
        const [first] = due.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
        if (!first) break;
        due = due.filter((each) => each !== first);
        now = first.at;
        first.act();
      }
      now = end;
    },
    setBack(ms: number) {
      wall -= ms;
    },
  };
}

describe('the status of an out node after a message', () => {
  let shown: NodeStatus[];
  let queued: number;
  let state: State;
  let time: ReturnType<typeof handClock>;
  let status: ReturnType<typeof showStatus>;

  beforeEach(() => {
    shown = [];
    queued = 0;
    state = { is: 'connected', version: 5 } as State;
    time = handClock();
    const events = { on: () => undefined };
    const RED = { _: (key: string) => REASONS[key] ?? key, events } as unknown as NodeAPI;
    const node = { status: (each: NodeStatus) => shown.push(each) } as unknown as Node;
    const client = {
      get state() {
        return state;
      },
      onChange: () => () => undefined,
    } as unknown as Client;
    const pending = () => ({ queued, commands: 0, held: 0 });
    status = showStatus(RED, node, { client, refused: () => undefined, pending }, time.clock);
  });
  const last = () => shown.at(-1);
  const texts = () => shown.map(({ text }) => text);
  const send = () => {
    status.changed();
    status.sent();
    status.changed();
  };

  it('says when it was sent, then that it is connected', () => {
    send();
    time.pass(250);
    should(last()).eql({ fill: 'green', shape: 'dot', text: 'sent 12:03:04' });
    time.pass(3_000);
    should(shown).eql([CONNECTED, { fill: 'green', shape: 'dot', text: 'sent 12:03:04' }, CONNECTED]);
    should(time.due()).equal(0);
  });

  it('says why it was not sent, for longer, in short words; the next message that is sent ends that', () => {
    const why = { reason: 'replyTimeout', code: 'EZT_REPLY_TIMEOUT' };
    const failure = { fill: 'red', shape: 'ring', text: 'no reply', ...why };
    const fail = () => {
      status.failed(new EztError('replyTimeout', { device: 'DU_1', seconds: 1 }));
      status.changed();
    };
    fail();
    should(last()).eql(failure);
    time.pass(3_500);
    should(last()).eql(failure);
    time.pass(501);
    should(last()).eql(CONNECTED);
    fail();
    time.pass(1_000);
    send();
    time.pass(250);
    should(last()?.text).equal('sent 12:03:09');
    time.pass(4_000);
    should(texts().slice(-2)).eql(['sent 12:03:09', CONNECTED.text]);
  });

  it('has a word for some reasons, and otherwise one for their code', () => {
    for (const [error, text] of [
      [new EztError('deviceMissing'), 'no device'],
      [new EztError('deviceInvalid'), 'bad device name'],
      [new EztError('queueFull', { limit: 1 }), 'queueFull'],
    ] as const) {
      status.failed(error);
      status.changed();
      time.pass(250);
      should(last()).containEql({ text, reason: error.reason });
    }
  });

  it('says nothing of a message that was given up because the node closes', () => {
    status.failed(new EztError('closed'));
    status.changed();
    time.pass(500);
    should(shown).eql([CONNECTED]);
  });

  it('says first what waits, and what is wrong with the connection', () => {
    send();
    queued = 2;
    status.changed();
    time.pass(250);
    should(last()).eql({ fill: 'yellow', shape: 'dot', text: 'queued 2' });
    queued = 0;
    state = { is: 'connecting' } as State;
    status.changed();
    time.pass(250);
    should(last()?.text).equal('node-red:common.status.connecting');
  });

  it('is one at most each quarter of a second, however many are sent', () => {
    for (let quarter = 0; quarter < 20; quarter += 1) {
      for (let i = 0; i < 250; i += 1) {
        queued = ((i + quarter) % 7) + 1;
        send();
        time.pass(1);
      }
    }
    should(shown.length).be.within(5, 22);
    queued = 0;
    time.pass(5_000);
    should(last()).eql(CONNECTED);
    should(time.due()).equal(0);
  });

  it('does not last when the clock is set back', () => {
    send();
    time.pass(250);
    time.setBack(3_600_000);
    status.changed();
    time.pass(250);
    should(last()).eql(CONNECTED);
  });

  it('ends with its node', () => {
    send();
    status.stop();
    time.pass(10_000);
    should(shown).eql([CONNECTED]);
    should(time.due()).equal(0);
  });
});
