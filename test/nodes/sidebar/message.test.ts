import should from 'should';
import { holds, readMessage } from '../../../nodes/sidebar/message';

describe('a message in the sidebar', () => {
  const row = {
    seq: 7,
    timestamp: 1,
    topic: 'open/PR_KEY/DU_1/data/s1',
    device: 'DU_1',
    name: 'Pump',
    type: 'data',
    stream: 's1',
    size: 5,
    complete: true,
  };

  for (const [format, payload, line, text] of [
    ['json', { a: [1] }, '{"a":[1]}', '{\n  "a": [\n    1\n  ]\n}'],
    ['json', null, 'null', 'null'],
    ['json', '2', '2', '2'],
    ['text', 'a\nb', 'a\nb', 'a\nb'],
    ['hex', '0103ff', '01 03 ff', '01 03 ff'],
  ] as const)
    it(`shows ${format} ${JSON.stringify(payload)} on a line and for reading`, () => {
      should(readMessage({ ...row, format, payload })).containEql({ line, text, seq: 7, retain: false });
    });

  it('holds what is looked for in its names, its path or its payload, and not the project key', () => {
    const message = readMessage({ ...row, format: 'json', payload: { Temperature: 21 } });
    for (const wanted of ['', 'pump', 'du_1', 'data/s1', '"temperature":21'])
      should(holds(message, wanted)).be.true();
    for (const wanted of ['pr_key', 'humidity']) should(holds(message, wanted)).be.false();
  });

  it('can be read whatever the answer is', () => {
    should(readMessage({ seq: 'x', type: 5, payload: undefined })).containEql({ seq: 0, type: '', line: '' });
  });
});
