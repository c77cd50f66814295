import type { Node, NodeAPI } from 'node-red';
import {
  type Aliases,
  checkCommand,
  copyParams,
  EztError,
  encodeAttributes,
  formatTopic,
  type KnownDevice,
} from '../../cloud';
import { commandOf, placeOf } from '../ezt-command-out/command';
import type { CommandOutSettings } from '../ezt-command-out/settings';
import type { Project } from '../eztcloud-config/runtime';
import { devicesOf } from '../shared/devices';
import { type Asks, asksOf, messageOf, type OutForm, type Typed } from './out-form';
import { Placeholder, shown } from './shown';

/** What an out node would send, with the settings of its form and what was typed in place of a message. */
export interface OutPreview {
  asks: Asks;
  /** The first devices it goes to, and how many there are; none: the message names them. */
  devices: { device: string; name?: string }[];
  deviceCount: number;
  /** Of the first device. */
  topic: string;
  json: string;
  /** Nothing is missing any more that has to be typed. */
  ready: boolean;
  /** The last value that is known of the device, which stands in place of `msg.payload`: as JSON. */
  example?: string;
}

/** Devices that are shown. */
const MOST = 20;
/** Attributes of an example, and characters of it as JSON. */
const EXAMPLE = { attributes: 3, length: 1_000 };

/** Throws `EZT_CONFIG`, `EZT_DEVICE` and `EZT_PAYLOAD`, as the node would. */
export async function outPreview(
  RED: NodeAPI,
  { node, aliases, settings, client }: Project,
  form: OutForm,
  typed: Typed,
): Promise<OutPreview> {
  const asks = asksOf(form);
  const devices = asks.device && typed.device === undefined ? [] : targets(RED, aliases, form, typed);
  const channel = form.type === 'ezt-attr-out' ? 'attributes_push' : 'command_send';
  const [device] = devices;
  const known = device === undefined ? undefined : client?.memory.get(device);
  const { value, example, ready } =
    form.type === 'ezt-attr-out'
      ? attributesShown(form.settings.attribute, typed, known)
      : await commandShown(RED, node, form, typed);
  const json = example === undefined ? undefined : JSON.stringify(example);
  return {
    asks,
    devices: devices.slice(0, MOST).map((each) => {
      const name = aliases.nameOf(each);
      return { device: each, ...(name !== undefined && { name }) };
    }),
    deviceCount: devices.length,
    topic: formatTopic(settings?.username ?? '', device ?? '‹msg.device›', channel),
    json: shown(value),
    ready: ready && devices.length > 0,
    ...(json !== undefined && json.length <= EXAMPLE.length && { example: json }),
  };
}

/** The devices that form and message name. Throws `EZT_DEVICE`. */
export const targets = (RED: NodeAPI, aliases: Aliases, form: OutForm, typed: Typed): string[] =>
  devicesOf(aliases, form.settings.device, messageOf(RED, form, typed));

/** What is shown, and whether it can be sent so. */
interface Shown {
  value: unknown;
  ready: boolean;
  example?: unknown;
}

function attributesShown(attribute: string, { value }: Typed, known: KnownDevice | undefined): Shown {
  if (value !== undefined)
    return { value: JSON.parse(encodeAttributes(value, attribute).toString()), ready: true };
  const payload = new Placeholder('msg.payload');
  if (attribute !== '') {
    encodeAttributes(null, attribute); // whether it can be one
    const example = known?.attributes.get(attribute)?.value;
    return { value: { [attribute]: example ?? payload }, ready: false, example };
  }
  const values = [...(known?.attributes ?? [])].filter(([, last]) => last.value !== undefined);
  if (values.length === 0) return { value: payload, ready: false };
  const first = values.slice(0, EXAMPLE.attributes).map(([name, last]) => [name, last.value]);
  const example = Object.fromEntries(first);
  return { value: example, ready: false, example };
}

async function commandShown(
  RED: NodeAPI,
  node: Node,
  form: OutForm & { type: 'ezt-command-out' },
  typed: Typed,
): Promise<Shown> {
  const { settings } = form;
  const id = new Placeholder('id');
  const method = settings.method || typed.command;
  if (isReadable(settings, typed) && (method !== undefined || typed.value !== undefined)) {
    const command = await commandOf(RED, node, settings, messageOf(RED, form, typed));
    const params = copyParams(command.params);
    return { value: { method: command.method, params, id: command.id ?? id }, ready: true };
  }
  if (method !== undefined) checkCommand(method, undefined);
  return {
    value: {
      method: method ?? new Placeholder('msg.command'),
      params: new Placeholder(placeOf(settings)),
      id,
    },
    ready: method !== undefined && settings.paramsType !== 'msg',
  };
}

/** Whether the parameters are there without looking at what only the deployed node may see. */
const isReadable = ({ paramsType }: CommandOutSettings, { value }: Typed): boolean =>
  paramsType === 'json' || (paramsType === 'msg' && value !== undefined);

/**
 * Where the parameters come from is read as the deployed node reads it, or not at all: with another expression a user
 * could read contexts and the environment. Throws `EZT_CONFIG`.
 */
export function checkReadable(
  settings: CommandOutSettings,
  deployed: Readonly<Record<string, unknown>> | undefined,
): void {
  const { params, paramsType } = settings;
  if (paramsType === 'msg' || paramsType === 'json') return;
  if (deployed?.params !== params || deployed.paramsType !== paramsType)
    throw new EztError('paramsDeployFirst', { where: placeOf(settings) });
}
