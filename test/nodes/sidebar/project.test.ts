import should from 'should';
import { readProjects, reportOf, undeployed, withoutKey } from '../../../nodes/sidebar/project';

describe('projects in the sidebar', () => {
  const NOW = Date.UTC(2026, 10, 26, 20, 0, 0);
  const answer = {
    now: NOW,
    projects: [
      {
        id: 'cloud',
        name: 'Plant',
        state: {
          is: 'waiting',
          since: NOW - 5_000,
          until: NOW + 8_000,
          refusal: { trouble: 'dns', detail: 'no host' },
        },
        endpoint: 'mqtts://host:7885',
        clientId: 'nr_1',
        counters: { received: 3 },
        filters: { count: 2, first: { 'open/PR_1/+/online': 1 } },
        refused: { count: 1, first: { '$share/g/open/PR_1/+/data/+': '0x87' } },
      },
      { id: 'broken', problem: { reason: 'noKey', message: 'No key.' }, state: { is: 'idle' } },
    ],
  };

  it('are read from the answer', () => {
    const { now, projects } = readProjects(answer);
    should(now).equal(NOW);
    const [plant, broken] = projects;
    should(plant).containEql({
      id: 'cloud',
      name: 'Plant',
      state: 'waiting',
      reason: 'dns',
      detail: 'no host',
    });
    should(plant).containEql({ since: NOW - 5_000, until: NOW + 8_000, counters: { received: 3 } });
    should(plant?.filters).eql({ count: 2, first: [['open/PR_1/+/online', '1']] });
    should(broken).containEql({ state: 'problem', reason: 'noKey', detail: 'No key.', since: null });
    should(undeployed('x', 'New')).containEql({ id: 'x', name: 'New', state: 'undeployed' });
  });

  it('whatever the answer is', () => {
    for (const hostile of [
      {},
      { projects: 1 },
      { projects: [1, null, { state: 'x', counters: [], filters: '' }] },
    ])
      should(readProjects(hostile).projects.every(({ name }) => name === '')).be.true();
  });

  it('have a report with everything but the project key', () => {
    const [plant] = readProjects(answer).projects;
    const report = reportOf(plant ?? undeployed('', ''), NOW, { 'Node-RED': '4.1.0' });
    should(report.split('\n')).eql([
      'EZtCloud connection, 2026-11-26T20:00:00.000Z',
      'Node-RED: 4.1.0',
      'Project: Plant',
      'State: waiting',
      'Since: 2026-11-26T19:59:55.000Z',
      'Next try: 2026-11-26T20:00:08.000Z',
      'Reason: dns',
      'Detail: no host',
      'Access point: mqtts://host:7885',
      'Client id: nr_1',
      'Devices known: 0',
      'Queued: 0',
      'Commands waiting: 0',
      'Commands held: 0',
      'received: 3',
      'Subscriptions: 2',
      '  open/<project key>/+/online (1)',
      '  and 1 more',
      'Refused: 1',
      '  $share/g/open/<project key>/+/data/+ (0x87)',
    ]);
    should(withoutKey('else/PR_1')).equal('else/PR_1');
  });
});
