import should from 'should';
import { collect } from '../../support/events';
import { loadFlow, nodeOf, unload } from '../../support/flows';
import { needs } from '../../support/machine';
import type { Mosquitto } from '../../support/mosquitto';
import {
  credentials,
  palette,
  project,
  ready,
  record,
  type Seen,
  statusOf,
  tab,
} from '../../support/project';
import { type Device, withPlatform } from './with-platform';

describe('ezt-in: what it lets through', function () {
  needs(this, 'mosquitto');
  let broker: Mosquitto;
  let device: Device;

  withPlatform((started, sender) => {
    broker = started;
    device = sender;
  });
  afterEach(unload);

  /** `ends` hears what ends a test, after everything else: it tells when all has arrived. */
  async function listen(properties: Record<string, unknown>): Promise<Seen[]> {
    const flow = [
      ...tab(),
      ...project(broker),
      ...palette('ezt-in', 'in', properties),
      ...palette('ezt-in', 'ends', { types: ['online'], devices: ['DU_end'] }),
    ];
    await loadFlow(flow, { credentials: credentials(broker) });
    await ready('in', 'ends');
    return record('in.got');
  }
  const end = () => Promise.all([collect(nodeOf('ends.got'), 1), device('DU_end/online', { online: true })]);

  const attributes = { a: 1, b: 2, c: null };
  const cases: [what: string, properties: object, sent: [string, unknown][], payloads: unknown[]][] = [
    [
      'chosen devices only',
      { devices: ['DU_1', 'DU_3'] },
      [1, 2, 3].map((n) => [`DU_${n}/attributes`, { n }]),
      [{ n: 1 }, { n: 3 }],
    ],
    [
      'chosen streams only, of every device',
      { types: ['data'], streams: ['s1'], dataFormat: 'text' },
      ['DU_1/data/s1', 'DU_1/data/s2', 'DU_2/data/s1'].map((suffix) => [suffix, suffix]),
      ['DU_1/data/s1', 'DU_2/data/s1'],
    ],
    [
      'chosen streams of chosen devices',
      { types: ['data'], devices: ['DU_2'], streams: ['s1', 's3'], dataFormat: 'text' },
      ['DU_1/data/s1', 'DU_2/data/s2', 'DU_2/data/s3'].map((suffix) => [suffix, suffix]),
      ['DU_2/data/s3'],
    ],
    [
      'streams leave other types alone',
      { types: ['data', 'online'], streams: ['s1'], devices: ['DU_1'] },
      [
        ['DU_1/online', { online: true }],
        ['DU_1/data/s2', 'x'],
      ],
      [{ online: true }],
    ],
    [
      'chosen attributes: just them, and no message without any',
      { attributes: ['b', 'c', 'toString'] },
      [
        ['DU_1/attributes', attributes],
        ['DU_1/attributes', { a: 1 }],
        ['DU_1/attributes', {}],
      ],
      [{ b: 2, c: null }],
    ],
    [
      'chosen attributes as values',
      { attributes: ['b', 'c'], output: 'value' },
      [
        ['DU_1/attributes', attributes],
        ['DU_1/attributes', { a: 1 }],
      ],
      [2, null],
    ],
    ['all attributes: an empty report too', {}, [['DU_1/attributes', {}]], [{}]],
    [
      'chosen methods of events and command replies, other types untouched',
      {
        types: ['event_report', 'command_reply', 'online'],
        methods: ['m1'],
        devices: ['DU_1'],
        output: 'value',
      },
      [
        ['DU_1/event_report', { method: 'm1', params: { n: 1 } }],
        ['DU_1/event_report', { method: 'm2', params: { n: 2 } }],
        ['DU_1/command_reply', { method: 'm2', params: { n: 3 }, id: 1 }],
        ['DU_1/command_reply', { method: 'm1', params: { n: 4 }, id: 2 }],
        ['DU_1/online', { online: true }],
      ],
      [{ n: 1 }, { n: 4 }, true],
    ],
    [
      'only the types asked for',
      { types: ['alarm'] },
      [
        ['DU_1/attributes', { a: 1 }],
        ['DU_1/alarm', { alerting: false }],
      ],
      [{ alerting: false }],
    ],
  ];
  for (const [what, properties, sent, payloads] of cases) {
    it(what, async () => {
      const seen = await listen({ ...properties });
      for (const [suffix, payload] of sent) await device(suffix, payload);
      await end();
      seen.map(({ payload }) => payload).should.deepEqual(payloads);
    });
  }

  it('ignores and counts what lies outside the table of topics', async () => {
    const seen = await listen({ types: [] });
    const errors = record('errors');
    await device('DU_1/data/', 'an empty stream');
    await device('/attributes', { nobody: 1 });
    await device('DU_1/attributes_push', { ours: 1 });
    await end();
    seen.map(({ device: from }) => from).should.deepEqual(['DU_end']);
    errors.length.should.equal(0);
    const { counters } = await statusOf('cloud');
    should(counters).containEql({ ignored: 2 });
  });

  it('subscribes to nothing else, and to nothing twice', async () => {
    await listen({ types: [] });
    const { filters } = await statusOf('cloud');
    Object.keys(filters)
      .sort()
      .should.deepEqual(
        ['alarm', 'attributes', 'command_reply', 'data/+', 'event_report', 'online'].map(
          (leaf) => `open/${broker.key}/+/${leaf}`,
        ),
      );
  });
});
