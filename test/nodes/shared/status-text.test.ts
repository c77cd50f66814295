import { readFileSync } from 'node:fs';
import should from 'should';
import { startNodeRed } from '../../support/node-red';
import { credentials, palette, place, project } from '../../support/project';
import { startScriptedBroker } from '../../support/scripted-broker';

const textOf = (lang: string): string =>
  JSON.parse(readFileSync(`nodes/locales/${lang}/eztcloud.json`, 'utf8')).eztcloud.reason.credentials;

describe('the text of a status', function () {
  this.timeout(60_000);

  for (const lang of ['en-US', 'zh-CN']) {
    it(`can be read where a Status node passes it on, in the runtime's language, ${lang}`, async () => {
      const broker = await startScriptedBroker({
        on: { connect: (_packet, connection) => connection.connack(0x86) },
      });
      const nodes = [
        { id: 'tab', type: 'tab', label: 'Test' },
        ...project(broker),
        ...palette('ezt-in', 'in').filter(({ type }) => type !== 'helper'),
        { id: 'status', type: 'status', ...place, scope: null, wires: [['log']] },
        { id: 'log', type: 'function', ...place, func: 'node.warn(JSON.stringify(msg.status))', wires: [] },
      ];
      const red = await startNodeRed({
        flows: nodes,
        credentials: credentials({ key: 'PR_scripted', secret: 'wrong', ca: broker.ca }),
        settings: { lang },
      });
      const line = await red.logged(/"reason":/);
      should(line).containEql(`"text":"${textOf(lang)}","reason":"credentials"`);
      await red.stop();
      await broker.stop();
    });
  }
});
