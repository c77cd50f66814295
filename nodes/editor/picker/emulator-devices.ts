import { rankOf } from '../../../cloud/protocol/ranking';
import { isRecord } from '../records';
import type { Answer, Query } from './answers';

/**
 * The devices of the emulator, for a project that has just been made with *Use the emulator*: it is not deployed, so nobody has heard
 * them yet. `undefined` where the project is no such one, or names of something else are wanted.
 */
export async function emulatorDevices(
  cloud: string,
  query: Query,
  timeout: number,
): Promise<Pick<Answer, 'known' | 'total' | 'rows' | 'seen'> | undefined> {
  const all = (parameter: string) => query.flatMap(([name, value]) => (name === parameter ? [value] : []));
  const endpoint = RED.nodes.node(cloud)?.endpoint;
  if (all('kind').length > 0 || !/^(mqtts|wss):\/\/localhost:/.test(String(endpoint))) return undefined;
  const emulator: unknown = await $.ajax({ url: 'eztcloud/emulator', dataType: 'json', timeout });
  if (!isRecord(emulator) || ![emulator.endpoint, emulator.wssEndpoint].includes(endpoint)) return undefined;
  const devices = Array.isArray(emulator.devices) ? emulator.devices.map(String) : [];
  const [typed = ''] = all('search');
  const rows = devices
    .filter((device) => rankOf(typed, [device], []) !== undefined)
    .map((device) => ({ device }));
  const seen = devices.filter((device) => all('named').includes(device)).map((device) => ({ device }));
  return { known: devices.length, total: rows.length, rows, seen };
}
