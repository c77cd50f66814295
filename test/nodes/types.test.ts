import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import should from 'should';
import { temporaryDirectory } from '../support/cleanup';
import { CHECKOUT, pack } from '../support/packed';

/** As somebody writes it who has installed the package. */
const GOOD = `
import type { Alarm, DeviceMessage, ErrorCode, ValueMessage } from '@eztcloud/node-red-eztcloud';

export function describe(msg: DeviceMessage): string {
  switch (msg.type) {
    case 'attributes':
      return Object.keys(msg.payload).join();
    case 'alarm':
      return msg.payload.alerting ? 'alarm' : 'recovered';
    case 'online':
      return String(msg.payload.online);
    case 'data':
      return msg.stream;
    case 'event_report':
      return msg.event;
    case 'command_reply':
      return [msg.command, msg.id].join();
  }
}
export const attributeOf = (msg: ValueMessage): string | undefined => msg.attribute;
export const nameOf = ({ name, device }: DeviceMessage): string => name ?? device;
export const alarm: Alarm = { alerting: true, more: 1 };
export const code: ErrorCode = 'EZT_DEVICE';
`;
const WRONG = {
  'a method, which belongs to the http request node': `import type { ValueMessage } from '@eztcloud/node-red-eztcloud';
export const wrong = (msg: ValueMessage) => msg.method;`,
  'a field that is not there': `import type { DeviceMessage } from '@eztcloud/node-red-eztcloud';
export const wrong = (msg: DeviceMessage) => msg.method;`,
  'a code that is not there': `import type { ErrorCode } from '@eztcloud/node-red-eztcloud';
export const wrong: ErrorCode = 'EZT_WHATEVER';`,
  'a function, since the package has none': `import { openClient } from '@eztcloud/node-red-eztcloud';
openClient();`,
};

describe('the exported types', function () {
  this.timeout(120_000);
  let directory: string;
  before(() => {
    directory = temporaryDirectory('types');
    const home = join(directory, 'node_modules', '@eztcloud', 'node-red-eztcloud');
    mkdirSync(home, { recursive: true });
    execFileSync('tar', ['-xzf', pack().tarball, '-C', home, '--strip-components=1']);
    symlinkSync(
      join(CHECKOUT, 'node_modules', '@types'),
      join(directory, 'node_modules', '@types'),
      'junction',
    );
  });

  function compile(source: string): string {
    writeFileSync(join(directory, 'flow.ts'), source);
    const options = ['--noEmit', '--strict', '--target', 'es2022', '--module', 'nodenext', '--types', 'node'];
    const tsc = join(CHECKOUT, 'node_modules', 'typescript', 'bin', 'tsc');
    const run = { cwd: directory, encoding: 'utf8' } as const;
    return spawnSync(process.execPath, [tsc, ...options, 'flow.ts'], run).stdout;
  }

  it('tell a function what a message holds', () => {
    should(compile(GOOD)).equal('');
  });

  for (const [what, source] of Object.entries(WRONG)) {
    it(`refuse ${what}`, () => {
      should(compile(source)).match(/error TS\d+/);
    });
  }
});
