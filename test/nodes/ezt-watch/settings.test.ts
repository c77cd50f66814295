import should from 'should';
import { loadFlow, nodeOf, unload } from '../../support/flows';
import { next, place, project, tab } from '../../support/project';
import { shows } from '../../support/statuses';

describe('ezt-watch: settings that are not valid', () => {
  afterEach(unload);

  const limit = { mode: 'threshold', attribute: 't', op: 'gt', value: 30 };
  const wrong: [what: string, properties: object, says: RegExp, code?: string][] = [
    ['another mode', { mode: 'noise' }, /mode .*silence, threshold, alarm/],
    ['silence after nothing', { after: 0 }, /after/],
    ['silence after a word', { after: 'soon' }, /after/],
    ['silence after a month', { after: 2_592_000 }, /after/],
    ['no attribute', { ...limit, attribute: '' }, /attribute/],
    ['no value', { ...limit, value: '' }, /value/],
    ['a value that is no number', { ...limit, value: 'warm' }, /value .*a number/],
    ['another operator', { ...limit, op: '>' }, /op .*gt, gte/],
    ['a negative time', { ...limit, for: -1 }, /for/],
    ['a second limit on the wrong side', { ...limit, clear: 31 }, /clear/],
    ['a second limit below the lower one', { ...limit, op: 'lt', clear: '29' }, /clear/],
    ['a second limit of an equation', { ...limit, op: 'eq', clear: 30 }, /clear/],
    ['a second limit that is no number', { ...limit, clear: 'cool' }, /clear/],
    ['repetitions of a word', { mode: 'alarm', every: 'day' }, /every/],
    ['no device', { devices: ['a/b'] }, /devices/],
    ['an unknown tag', { devices: ['#nobody'] }, /nobody/, 'EZT_DEVICE'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable that is not set
    ['a variable that is not set', { after: '${EZT_NOT_SET}' }, /EZT_NOT_SET/],
  ];
  for (const [what, properties, says, code = 'EZT_CONFIG'] of wrong) {
    it(`${what}: said on the node, to Catch, and to whoever sends to it`, async () => {
      await loadFlow(
        [
          ...tab(),
          ...project({ endpoint: 'mqtts://127.0.0.1:1' }),
          { id: 'watch', type: 'ezt-watch', ...place, cloud: 'cloud', wires: [[], []], ...properties },
        ],
        { credentials: { cloud: { projectKey: 'PR_1', projectSecret: 's' } } },
      );
      await shows('watch', ({ fill, shape }) => fill === 'red' && shape === 'ring');
      const { error } = await next('errors', () => nodeOf('watch').receive({ acknowledge: true }));
      should(error?.code).equal(code);
      should(error?.message).match(says);
    });
  }
});
