import { connectAsync } from 'mqtt';
import type { Locator } from 'playwright-core';
import type { Emulator } from '../../emulator/emulator';
import type { Editor } from '../support/browser';
import { listening } from '../support/emulator';
import { until } from '../support/events';
import type { NodeRed } from '../support/node-red';
import { PROJECT } from './with-editor';

export const CLOUD = String(PROJECT[0]?.id);
const place = { z: 'tab', version: 1, name: '', cloud: CLOUD };
const aliases = {
  DU_pump1: { name: 'Pump 1', tags: ['north'] },
  DU_pump2: { name: 'Pump 2', tags: ['north'] },
  DU_never: { name: 'Spare', tags: [] },
};

/** The nodes subscribe to some types of two devices, so that there is something that nobody subscribes to. */
export const NODES = [
  { id: 'tab', type: 'tab', label: 'Test' },
  {
    ...{ id: 'in', type: 'ezt-in', ...place, x: 200, y: 80, wires: [] },
    ...{ types: ['attributes', 'event_report', 'command_reply', 'data'], devices: ['DU_pump1', '#north'] },
    ...{ streams: [], attributes: [], methods: [], dataFormat: 'buffer', output: 'message', qos: 1 },
    ...{ own: 'keep', initial: false, when: 'always', deadband: '', topic: 'mqtt' },
  },
  {
    ...{ id: 'push', type: 'ezt-attr-out', ...place, x: 200, y: 160, wires: [] },
    ...{ device: 'DU_pump1；DU_9', attribute: '', keep: 'all', qos: 1 },
  },
  {
    ...{
      id: 'command',
      type: 'ezt-command-out',
      ...place,
      x: 200,
      y: 240,
      wires: [],
      device: '',
      method: '',
    },
    ...{ params: 'payload', paramsType: 'msg', waitReply: true, timeout: 10, retries: 0, oneAtATime: false },
    ...{ whenOffline: 'send', holdFor: 3600, replaceHeld: false, secondOutput: false, outputs: 1, qos: 1 },
  },
  {
    ...{
      id: 'query',
      type: 'ezt-device',
      ...place,
      x: 200,
      y: 320,
      wires: [],
      device: '',
      output: 'message',
    },
    where: [],
    d: true, // it would subscribe to everything
  },
  ...PROJECT.map((node) => (node.id === CLOUD ? { ...node, aliases } : node)),
];

/** Has the pumps send something of each type; resolves with how to let them send more, when that is known. */
export async function pumps(emulator: Emulator, red: NodeRed) {
  await listening(red, CLOUD, 7);
  const application = await connectAsync(emulator.endpoint, {
    username: emulator.projectKey,
    password: emulator.projectSecret,
    ca: emulator.ca,
  });
  const publish = (topic: string, message: object) =>
    application.publishAsync(
      `open/${emulator.projectKey}/${topic}`,
      Buffer.isBuffer(message) ? message : JSON.stringify(message),
      { qos: 1 },
    );
  await publish('DU_pump1/attributes', { pressure: 2.5, state: 'on <b>', on: true });
  await publish('DU_pump2/attributes', { level: 7 });
  await publish('DU_pump1/data/modbus', Buffer.from('010302', 'hex'));
  await publish('DU_pump1/data/log', Buffer.from('started at noon, all is well today'));
  await publish('DU_pump1/event_report', { method: 'leak', params: {} });
  await publish('DU_pump1/command_reply', { method: 'stop', params: {}, id: 1 });
  const memory = async () => (await red.request(`/eztcloud/${CLOUD}/memory`)).text();
  await until(async () => (await memory()).includes('"stop"'), 5_000, 'what the pumps have sent');
  return { publish, end: () => application.endAsync(true) };
}

/** Where to click in a field: no chip is there, nor its button. */
export const CORNER = { position: { x: 4, y: 4 } };

/** What a picker shows, and the field that it belongs to. */
export const look = (page: Editor['page']) => ({
  popup: () => page.locator('.ezt-picker:visible'),
  options: () => page.locator('.ezt-picker:visible [role=option]:not(.ezt-listen)'),
  listen: () => page.locator('.ezt-picker:visible .ezt-listen'),
  titles: () => page.locator('.ezt-picker:visible .ezt-option-title').allTextContents(),
  field(name: string) {
    const row = page.locator('.form-row', { has: page.locator(`#node-input-${name}`) });
    const chips = row.locator('.ezt-chip');
    return {
      input: row.locator('[role=combobox]:not([aria-hidden])'),
      held: row.locator(`#node-input-${name}`),
      chips,
      hint: row.locator('.ezt-unseen:visible'),
      names: async () => (await chips.allTextContents()).map((text) => text.trim()),
    };
  },
  /** What each of so many rows says, part by part. */
  async rows(count: number): Promise<string[][]> {
    const rows = page.locator('.ezt-picker:visible [role=option]:not(.ezt-listen)');
    await rows.nth(count - 1).waitFor();
    const texts = (row: Locator) => row.locator('span:not(:has(span)):not(.ezt-dot)').allTextContents();
    return Promise.all((await rows.all()).map(texts));
  },
  /** What the active row says. */
  async active(input: Locator) {
    const id = await input.getAttribute('aria-activedescendant');
    return id === null ? undefined : (await page.locator(`[id="${id}"]`).textContent())?.trim();
  },
});
