import fc from 'fast-check';
import should from 'should';
import type { Qos, Topic } from '../../../cloud/protocol/topics';
import {
  containing,
  isSharedIdentifier,
  leastCover,
  matching,
  subscriptionIdentifier,
} from '../../../cloud/subscriptions/filters';
import { matches } from './matcher';

/** A small world in which everything meets: each topic that two devices (and one nobody names) may send on. */
const DEVICES = ['DU_1', 'DU_2', 'DU_x'];
const STREAMS = ['s1', 's2', 'sx'];
const TOPICS: Topic[] = DEVICES.flatMap((device): Topic[] => [
  { device, channel: 'attributes' },
  { device, channel: 'alarm' },
  ...STREAMS.map((stream): Topic => ({ device, channel: 'data', stream })),
]);
const path = ({ device, channel, stream }: Topic) => [device, channel, stream].filter(Boolean).join('/');
const topicsOf = (pattern: string) => TOPICS.map(path).filter((topic) => matches(pattern, topic));

const device = fc.constantFrom('+', 'DU_1', 'DU_2');
const pattern = fc.oneof(
  fc.tuple(device, fc.constantFrom('attributes', 'alarm')).map((levels) => levels.join('/')),
  fc.tuple(device, fc.constant('data'), fc.constantFrom('+', 's1', 's2')).map((levels) => levels.join('/')),
);
const qos = fc.constantFrom<Qos>(0, 1, 2);
const wanted = fc.array(fc.tuple(pattern, qos)).map((entries) => new Map(entries));
const refused = fc.oneof(
  fc.constant(new Set<string>()),
  fc.array(pattern).map((patterns) => new Set(patterns)),
);

/** The documented case: a stream of every device and every stream of a device overlap. */
const crosses = (patterns: Iterable<string>) => {
  const all = [...patterns];
  return all.some((one) => one.startsWith('+/data/')) && all.some((one) => one.endsWith('/data/+'));
};

/** `check` for whatever may be wanted and refused. */
function always(check: (want: Map<string, Qos>, held: Map<string, Qos>, no: Set<string>) => void): void {
  fc.assert(
    fc.property(wanted, refused, (want, no) => {
      check(
        want,
        leastCover(want, (one) => no.has(one)),
        no,
      );
    }),
    { numRuns: 500 },
  );
}

describe('filters', () => {
  describe('the least cover', () => {
    it('never overlaps', () => {
      always((_want, held) => {
        for (const topic of TOPICS) {
          should([...held.keys()].filter((one) => matches(one, path(topic))).length).be.belowOrEqual(1);
        }
      });
    });

    it('holds nothing that is refused', () => {
      always((_want, held, no) => should([...held.keys()].filter((one) => no.has(one))).be.empty());
    });

    it('covers every topic that is wanted by something not refused, but for the case that cannot be', () => {
      always((want, held, no) => {
        const allowed = [...want.keys()].filter((one) => !no.has(one));
        const impossible = crosses(allowed) && no.has('+/data/+');
        for (const one of allowed) {
          if (impossible && one.endsWith('/data/+')) continue;
          for (const topic of topicsOf(one)) {
            should([...held.keys()].some((filter) => matches(filter, topic))).be.true();
          }
        }
      });
    });

    it('covers nothing that is not wanted, but for streams where it must', () => {
      always((want, held) => {
        for (const filter of held.keys()) {
          if (filter === '+/data/+' && crosses(want.keys())) continue;
          for (const topic of topicsOf(filter)) {
            should([...want.keys()].some((one) => matches(one, topic))).be.true();
          }
        }
      });
    });

    it('asks for the highest QoS among those it stands for, and for none higher', () => {
      always((want, held, no) => {
        for (const [filter, asked] of held) {
          const under = [...want].filter(([one]) => !no.has(one) && containing(one).includes(filter));
          asked.should.equal(Math.max(0, ...under.map(([, each]) => each)));
        }
      });
    });

    /** What is wanted, what is refused, what is held; with QoS. */
    const rows: [string, string, string, string][] = [
      ['nothing', '', '', ''],
      ['one device', 'DU_1/alarm 1', '', 'DU_1/alarm 1'],
      ['all devices before one', 'DU_1/alarm 2, +/alarm 0', '', '+/alarm 2'],
      ['one device where all is refused', 'DU_1/alarm 1, +/alarm 2', '+/alarm', 'DU_1/alarm 1'],
      ['channels apart', '+/alarm 1, DU_1/online 0', '', '+/alarm 1, DU_1/online 0'],
      [
        'a stream of all and of one',
        '+/data/s1 1, DU_1/data/s1 2, DU_1/data/s2 0',
        '',
        '+/data/s1 2, DU_1/data/s2 0',
      ],
      ['every stream of one', 'DU_1/data/+ 1, DU_1/data/s2 2', '', 'DU_1/data/+ 2'],
      ['streams that cross', '+/data/s1 1, DU_1/data/+ 2', '', '+/data/+ 2'],
      [
        'streams that cross where every stream is refused',
        '+/data/s1 1, DU_1/data/+ 2, DU_1/data/s2 1',
        '+/data/+',
        '+/data/s1 1, DU_1/data/s2 1',
      ],
      [
        'one device where a stream of all is refused',
        '+/data/s1 1, DU_1/data/+ 2',
        '+/data/s1',
        'DU_1/data/+ 2',
      ],
      ['nothing where all is refused', '+/data/+ 1', '+/data/+', ''],
    ];
    const read = (text: string) =>
      new Map(
        text
          .split(', ')
          .filter(Boolean)
          .map((entry): [string, Qos] => [entry.slice(0, -2), Number(entry.slice(-1)) as Qos]),
      );
    for (const [what, want, no, held] of rows) {
      it(`is right for ${what}`, () => {
        leastCover(read(want), (one) => no.split(', ').includes(one)).should.eql(read(held));
      });
    }
  });

  describe('the patterns of a topic', () => {
    it('are those that match it, and no others', () => {
      fc.assert(
        fc.property(fc.constantFrom(...TOPICS), pattern, (topic, one) => {
          matching(topic)
            .includes(one)
            .should.equal(matches(one, path(topic)));
        }),
      );
    });
  });

  describe('a subscription identifier', () => {
    it('tells shared filters, and those that match one topic, apart', () => {
      fc.assert(
        fc.property(fc.constantFrom(...TOPICS), fc.boolean(), (topic, shared) => {
          const identifiers = matching(topic).map((one) => subscriptionIdentifier(one, shared));
          new Set(identifiers).size.should.equal(identifiers.length);
          for (const identifier of identifiers) {
            identifier.should.be.within(1, 14);
            isSharedIdentifier(identifier).should.equal(shared);
          }
        }),
      );
    });
  });
});
