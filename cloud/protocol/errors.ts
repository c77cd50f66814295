import { printable } from './printable';

/** What a Catch node finds in `msg.error.code`. Meaning of each: README, "Errors". */
export type ErrorCode =
  | 'EZT_CONFIG'
  | 'EZT_DEVICE'
  | 'EZT_PAYLOAD'
  | 'EZT_QUEUE_FULL'
  | 'EZT_EXPIRED'
  | 'EZT_REFUSED'
  | 'EZT_REPLY_TIMEOUT'
  | 'EZT_STORE'
  | 'EZT_CLOSED'
  | 'EZT_MALFORMED';

/** One row per thing that can go wrong: its code and its sentence; `__name__` is filled from `params`. */
const REASONS = {
  noConfig: ['EZT_CONFIG', 'No EZtCloud project is selected: open the node and choose one.'],
  projectDisabled: [
    'EZT_CONFIG',
    'The EZtCloud project __project__ is disabled, or the flow that holds it is: enable it and deploy.',
  ],
  credentialsLost: [
    'EZT_CONFIG',
    'The project key and secret cannot be read: the credentials file of these flows was written with another credentialSecret, perhaps on another machine. Put that credentialSecret into settings.js, or type key and secret again and deploy.',
  ],
  noEndpoint: ['EZT_CONFIG', 'The project has no MQTT API access point: copy it from the console.'],
  noKey: ['EZT_CONFIG', 'The project has no project key: copy it from the console.'],
  noSecret: ['EZT_CONFIG', 'The project has no project secret: copy it from the console.'],
  noVariable: [
    'EZT_CONFIG',
    'The environment variable __variable__ is not set: set it for Node-RED, or put a value in its place.',
  ],
  brokenVariable: [
    'EZT_CONFIG',
    '__option__ holds a variable that Node-RED does not replace: it must be the whole value, without blanks.',
  ],
  badKey: [
    'EZT_CONFIG',
    'The project key is not valid: it must not contain blanks, invisible characters or / + #.',
  ],
  plaintext: [
    'EZT_CONFIG',
    '__scheme__:// is not encrypted, and EZtCloud accepts TLS only: use __advice__ instead.',
  ],
  badEndpoint: [
    'EZT_CONFIG',
    'The access point is not valid: use mqtts://host:7885, wss://host:7886 or host:7885, without user name or query.',
  ],
  badOption: ['EZT_CONFIG', '__option__ is not valid: expected __expected__.'],
  badCharacter: [
    'EZT_CONFIG',
    '__option__ is not valid: character __position__ of "__name__" is __code__, a blank or an invisible character. Delete it, or type the name again.',
  ],
  groupNeedsMqtt5: ['EZT_CONFIG', 'A shared-subscription group needs MQTT 5: set the protocol to auto or 5.'],
  tlsNode: ['EZT_CONFIG', 'The TLS configuration of the project is missing, disabled or cannot be read.'],
  retypeSecret: [
    'EZT_CONFIG',
    'The access point is not the deployed one: type the project secret again. A stored secret is never sent to another access point.',
  ],
  retypeVariable: [
    'EZT_CONFIG',
    'The access point is not the deployed one: type __option__ itself. Stored values and values of variables are never sent to another access point.',
  ],
  deployFirst: ['EZT_CONFIG', '__option__ is an environment variable: deploy, then test.'],
  deployFiles: [
    'EZT_CONFIG',
    'The TLS configuration names files that are not the deployed ones: deploy, then test.',
  ],
  deviceMissing: ['EZT_DEVICE', 'No device: choose one in the node or set msg.device.'],
  deviceInvalid: [
    'EZT_DEVICE',
    'Not a device username: it must be text of 1 to 128 characters without blanks, invisible characters or / + #.',
  ],
  deviceCharacter: [
    'EZT_DEVICE',
    '"__device__" is not a device username: character __position__ is __code__, a blank or an invisible character. Delete it, or type the name again.',
  ],
  deviceVariable: [
    'EZT_DEVICE',
    'Not a device username: it holds a variable, which Node-RED replaces only where it is the whole value of a setting.',
  ],
  deviceSeveral: [
    'EZT_DEVICE',
    'This node takes one device at a time, but __count__ are named: split the list first.',
  ],
  payloadNotObject: [
    'EZT_PAYLOAD',
    'msg.payload is of type __type__: send an object of attributes, for instance {"temperature": 21.5}.',
  ],
  payloadIsText: [
    'EZT_PAYLOAD',
    'msg.payload is JSON text, and an object is needed: put a JSON node before this one.',
  ],
  payloadEmpty: ['EZT_PAYLOAD', 'There is nothing to send: msg.payload has no attribute with a value.'],
  payloadNotJson: ['EZT_PAYLOAD', 'The payload cannot be sent as JSON: __what__.'],
  valueUndefined: ['EZT_PAYLOAD', '"__key__" has no value: send null instead, or leave it out of the list.'],
  valueNumber: [
    'EZT_PAYLOAD',
    '"__key__" is __value__, which JSON does not have: send a number or null instead.',
  ],
  valueBigint: ['EZT_PAYLOAD', '"__key__" is a BigInt: send Number(value) or String(value) instead.'],
  valueBuffer: [
    'EZT_PAYLOAD',
    '"__key__" is a Buffer: send text instead, for instance buffer.toString("hex").',
  ],
  valueDate: ['EZT_PAYLOAD', '"__key__" is an invalid Date: send a valid one, or null.'],
  valueCircular: ['EZT_PAYLOAD', '"__key__" contains itself (a circular reference): send a copy without it.'],
  valueType: [
    'EZT_PAYLOAD',
    '"__key__" is of type __type__, which JSON does not have: send text, numbers, true, false, null, or arrays and objects of them.',
  ],
  attributeInvalid: [
    'EZT_PAYLOAD',
    'Not an attribute identifier: "__attribute__". Use letters, digits, _ and - only.',
  ],
  methodInvalid: [
    'EZT_PAYLOAD',
    'No command method: set it in the node or in msg.command, as text, or send a whole command in msg.payload: {method, params}, and no other key but id.',
  ],
  idInvalid: ['EZT_PAYLOAD', 'The command id must be a whole number from 1 to 2147483647.'],
  idInFlight: [
    'EZT_PAYLOAD',
    'Command id __id__ still awaits its reply from __device__: leave the id out of the command, and the node makes one.',
  ],
  paramsMissing: [
    'EZT_PAYLOAD',
    'There are no command parameters: __where__ is not there. Set it, or correct the parameters in the node.',
  ],
  paramsInvalid: ['EZT_PAYLOAD', 'The command parameters cannot be evaluated: __detail__'],
  tooLarge: ['EZT_PAYLOAD', 'The message has __size__ bytes, the broker takes at most __limit__.'],
  queueFull: [
    'EZT_QUEUE_FULL',
    '__limit__ messages are waiting already: slow down or raise the queue limit.',
  ],
  queueTooShort: [
    'EZT_QUEUE_FULL',
    '__count__ devices at once are more than the queue limit of __limit__, so this can never be sent: raise the limit, or send to fewer at a time.',
  ],
  diskFailed: [
    'EZT_STORE',
    'The queue on disk cannot be written, and what cannot be kept is not sent: __detail__. Make room on the disk, or check its permissions.',
  ],
  diskInUse: [
    'EZT_STORE',
    'Another Node-RED (process __pid__ on __host__) uses the queue in __directory__, so this one sends nothing: stop one of them, or give it a user directory of its own.',
  ],
  diskUnreadable: ['EZT_STORE', 'What was kept on disk cannot be read and is set aside: __file__'],
  expiredOnDisk: ['EZT_EXPIRED', '__count__ queued messages expired before they could be sent.'],
  expiredByDisk: [
    'EZT_EXPIRED',
    'Not sent within __seconds__ s: the disk that keeps the queue did not answer.',
  ],
  expired: [
    'EZT_EXPIRED',
    'Not sent within __seconds__ s: there was no connection to the broker. The status of the node says why.',
  ],
  expiredUnanswered: ['EZT_EXPIRED', 'The broker did not acknowledge within __seconds__ s.'],
  expiredByRate: [
    'EZT_EXPIRED',
    'Not sent within __seconds__ s: more messages than the rate limit of __rate__ a second lets through. Raise it, or send less often.',
  ],
  lowerQos: ['EZT_REFUSED', 'The broker grants QoS __granted__ instead of __asked__ for __filter__.'],
  noSubscribers: [
    'EZT_REFUSED',
    'The broker took a message that nobody subscribes to: check the project key.',
  ],
  publishRefused: ['EZT_REFUSED', 'The broker refused the message: __reason__ (__code__).'],
  hungUp: [
    'EZT_REFUSED',
    'The broker closed the connection twice on this message, so it is not sent again. The reason may be access rules, or its content.',
  ],
  repliesRefused: [
    'EZT_REFUSED',
    'The broker refuses the subscription to command replies: __reason__ (__code__).',
  ],
  replyTimeout: ['EZT_REPLY_TIMEOUT', 'No reply from __device__ within __seconds__ s.'],
  replyOtherId: [
    'EZT_REPLY_TIMEOUT',
    'No reply from __device__ to this command within __seconds__ s. Replies that came: __count__; the last one has another id: __what__.',
  ],
  replyOtherMethod: [
    'EZT_REPLY_TIMEOUT',
    'No reply from __device__ to this command within __seconds__ s. Replies that came: __count__; the last one is of another method: __what__.',
  ],
  replyRetained: [
    'EZT_REPLY_TIMEOUT',
    'No reply from __device__ to this command within __seconds__ s. Replies that came: __count__; the last one was retained by the broker, from an earlier time.',
  ],
  replyEarly: [
    'EZT_REPLY_TIMEOUT',
    'No reply from __device__ to this command within __seconds__ s. Replies that came: __count__; the last one came before the command was sent.',
  ],
  replyUnreadable: [
    'EZT_REPLY_TIMEOUT',
    'No reply from __device__ to this command within __seconds__ s. Replies that came: __count__; the last one cannot be read: __what__.',
  ],
  closed: [
    'EZT_CLOSED',
    'Closed before the broker acknowledged; the message is not on disk and is not sent later.',
  ],
  closedKept: [
    'EZT_CLOSED',
    'Closed before the broker acknowledged; the message is on disk and goes out later, as long as the project exists.',
  ],
  closedSent: ['EZT_CLOSED', 'The command was sent; the node was closed before the reply came.'],
  closedUncertain: [
    'EZT_CLOSED',
    'The connection ended while the message was being written at QoS 0: it may not have arrived, and is not sent again.',
  ],
  chasesEcho: [
    'EZT_CONFIG',
    'A loop: __to__ pushes what __from__ received, which is what __to__ has pushed to __device__. Set "Own pushes" of __from__ to leave them out, or stop messages with msg.own in the flow.',
  ],
  malformedMore: [
    'EZT_MALFORMED',
    '__count__ more messages that are not valid __channel__ came from __device__ within __seconds__ s, the last one: __what__.',
  ],
  malformed: ['EZT_MALFORMED', 'The received message is not valid __channel__: __what__.'],
} as const satisfies Record<string, readonly [ErrorCode, string]>;

export type Reason = keyof typeof REASONS;
export type ReasonParams = Readonly<Record<string, string | number>>;

/** An error with a code for flows, a reason for translators, and a sentence that says what to do next. */
export class EztError extends Error {
  readonly code: ErrorCode;
  readonly params: ReasonParams;
  /** Texts in `params` are made printable: they may come from the network, and end in logs. */
  constructor(
    readonly reason: Reason,
    params: ReasonParams = {},
  ) {
    const safe = Object.entries(params).map(([name, value]) => [
      name,
      typeof value === 'string' ? printable(value) : value,
    ]);
    const shown: ReasonParams = Object.fromEntries(safe);
    super(fill(REASONS[reason][1], shown));
    this.params = shown;
    this.name = 'EZtCloud';
    this.code = REASONS[reason][0];
  }
}

/** `template` with each `__name__` replaced by `params.name`, as Node-RED's catalogues write it. */
export function fill(template: string, params: ReasonParams): string {
  return template.replace(/__(\w+?)__/g, (whole, name: string) =>
    Object.hasOwn(params, name) ? String(params[name]) : whole,
  );
}

/** Every reason's English sentence: the catalogue of en-US holds the same (a test compares them). */
export function sentences(): Record<string, string> {
  return Object.fromEntries(Object.entries(REASONS).map(([reason, [, sentence]]) => [reason, sentence]));
}
