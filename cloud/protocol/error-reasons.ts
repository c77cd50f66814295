/** What a Catch node finds in `msg.error.code`. docs/reference.md explains each under "Errors". */
export type ErrorCode =
  | 'EZT_CONFIG'
  | 'EZT_DEVICE'
  | 'EZT_PAYLOAD'
  | 'EZT_QUEUE_FULL'
  | 'EZT_EXPIRED'
  | 'EZT_REFUSED'
  | 'EZT_REPLY_TIMEOUT'
  | 'EZT_DEVICE_OFFLINE'
  | 'EZT_STORE'
  | 'EZT_CLOSED'
  | 'EZT_MALFORMED';

/** Every error by its code, with its message in English. `__name__` is replaced by the parameter of that name. */
const MESSAGES = {
  EZT_CONFIG: {
    noConfig: 'No EZtCloud project is selected: open the node and choose one.',
    projectDisabled:
      'The EZtCloud project __project__ is disabled, or the flow that holds it is: enable it and deploy.',
    credentialsLost:
      'The project key and secret cannot be read: the credentials file of these flows was written with another credentialSecret, perhaps on another machine. Put that credentialSecret into settings.js, or type key and secret again and deploy.',
    noEndpoint: 'The project has no MQTT API access point: copy it from the console.',
    noKey: 'The project has no project key: copy it from the console.',
    noSecret: 'The project has no project secret: copy it from the console.',
    noVariable:
      'The environment variable __variable__ is not set: set it for Node-RED, or put a value in its place.',
    brokenVariable:
      '__option__ holds a variable that Node-RED does not replace: it must be the whole value, without blanks.',
    badKey: 'The project key is not valid: it must not contain blanks, invisible characters or / + #.',
    plaintext: '__scheme__:// is not encrypted, and EZtCloud accepts TLS only: use __advice__ instead.',
    badEndpoint:
      'The access point is not valid: use mqtts://host:7885, wss://host:7886 or host:7885, without user name or query.',
    badOption: '__option__ is not valid: expected __expected__.',
    badCharacter:
      '__option__ is not valid: character __position__ of "__name__" is __code__, a blank or an invisible character. Delete it, or type the name again.',
    groupNeedsMqtt5: 'A shared-subscription group needs MQTT 5: set the protocol to auto or 5.',
    tlsNode: 'The TLS configuration of the project is missing, disabled or cannot be read.',
    proxyNode:
      'The http proxy node of the project is missing or disabled, or its URL is not http://host:port or https://host:port.',
    proxyVariable:
      'The environment variable __variable__ does not hold a proxy such as http://host:port: correct it, or name the host of the broker in NO_PROXY.',
    retypeSecret:
      'The access point or the proxy is not the deployed one: type the project secret again. A stored secret is never sent to another access point, nor through another proxy.',
    retypeVariable:
      'The access point or the proxy is not the deployed one: type __option__ itself. Stored values and values of variables are never sent to another access point, nor through another proxy.',
    retypeProxy:
      'The proxy is not the deployed one: type its user name and password again. Stored ones are never sent to another proxy.',
    deployFirst: '__option__ is an environment variable: deploy, then test.',
    paramsDeployFirst:
      'The parameters come from __where__, which only the deployed node may read: deploy, then try.',
    deployFiles: 'The TLS configuration names files that are not the deployed ones: deploy, then test.',
    aliasesInvalid:
      'The aliases of the project are not valid: expected a table such as {"DU_1": {"name": "Pump 1", "tags": ["north"]}}.',
    aliasesTooMany: 'The project has too many aliases: __limit__ are allowed.',
    aliasDevice:
      'The aliases of the project name "__device__", which is not a device username: 1 to 128 characters without blanks, invisible characters or / + #.',
    aliasName: 'The alias of __device__ is not valid: it must be text of at most 128 characters.',
    aliasTags:
      'The tags of __device__ are not valid: expected a list of at most __limit__ texts of 1 to 128 characters without # , ; and line ends.',
    laterVersion:
      'Saved by a later version of this palette (node version __version__, and this one knows __known__): what is new in it has no effect here. Update the palette.',
    emulatorOff:
      'The emulator is switched off in settings.js of this Node-RED (eztcloud: { emulator: false }).',
    emulatorPort:
      'The emulator cannot start: port __port__ is taken by another program. Stop that program, or click "Use the emulator" in the project: it takes a free port then.',
    emulatorFailed: 'The emulator cannot start: __detail__',
    emulatorEnded: 'The emulator has ended unexpectedly (__detail__). It is started again.',
    emulatorStopped: 'The emulator has been stopped meanwhile.',
    emulatorSecret: 'The emulator needs a project secret of 20 to 100 letters and digits.',
    emulatorStore:
      'The emulator cannot be remembered, as __file__ cannot be written or read (__detail__). Make the user directory of Node-RED writable.',
    emulatorUnreadable:
      'What was remembered of the emulator cannot be read; it has been renamed to __file__. Click "Use the emulator" in the project, and deploy.',
    pushesReplaced:
      'While there was no connection, __count__ pushes were replaced by newer ones: the newest values have been sent.',
    ruleValue:
      'Rule __rule__ has nothing to compare __field__ with: __where__ is not there, or is of a wrong type.',
    chasesEcho:
      'A loop: __to__ pushes what __from__ received, which is what __to__ has pushed to __device__. Set "Own pushes" of __from__ to leave them out, or stop messages with msg.own in the flow.',
  },
  EZT_DEVICE: {
    deviceMissing: 'No device: choose one in the node or set msg.device.',
    deviceInvalid:
      'Not a device username: it must be text of 1 to 128 characters without blanks, invisible characters or / + #.',
    deviceCharacter:
      '"__device__" is neither an alias in the project nor a device username: character __position__ is __code__, a blank or an invisible character. Delete it, or type the name again.',
    deviceVariable:
      'Not a device username: it holds a variable, which Node-RED replaces only where it is the whole value of a setting.',
    tagUnknown:
      "No device has the tag #__tag__: correct the tag, or give it to a device in the project's table of aliases.",
    aliasAmbiguous:
      '"__name__" fits __count__ devices (__devices__): use a username, or give each device a name of its own in the project\'s table of aliases.',
    tryTooMany: '__count__ devices are too many to try: __limit__ at most. Name fewer.',
  },
  EZT_PAYLOAD: {
    acknowledgeMissing:
      'The message has no msg.acknowledge: set it to a device, a list of devices, or true for all alarms.',
    payloadNotObject:
      'msg.payload is of type __type__: send an object of attributes, for instance {"temperature": 21.5}.',
    payloadIsText: 'msg.payload is JSON text, and an object is needed: put a JSON node before this one.',
    payloadEmpty: 'There is nothing to send: msg.payload has no attribute with a value.',
    payloadNotJson: 'The payload cannot be sent as JSON: __what__.',
    valueUndefined: '"__key__" has no value: send null instead, or leave it out of the list.',
    valueNumber: '"__key__" is __value__, which JSON does not have: send a number or null instead.',
    valueBigint: '"__key__" is a BigInt: send Number(value) or String(value) instead.',
    valueBuffer: '"__key__" is a Buffer: send text instead, for instance buffer.toString("hex").',
    valueDate: '"__key__" is an invalid Date: send a valid one, or null.',
    valueCircular: '"__key__" contains itself (a circular reference): send a copy without it.',
    valueType:
      '"__key__" is of type __type__, which JSON does not have: send text, numbers, true, false, null, or arrays and objects of them.',
    attributeInvalid: 'Not an attribute identifier: "__attribute__". Use letters, digits, _ and - only.',
    methodInvalid:
      'No command method: set it in the node or in msg.command, as text, or send a whole command in msg.payload: {method, params}, and no other key but id.',
    idInvalid: 'The command id must be a whole number from 1 to 2147483647.',
    idInFlight:
      'Command id __id__ still awaits its reply from __device__: leave the id out of the command, and the node makes one.',
    paramsMissing:
      'There are no command parameters: __where__ is not there. Set it, or correct the parameters in the node.',
    timeoutInvalid: 'msg.timeout must be a number of seconds from __min__ to __max__.',
    paramsInvalid: 'The command parameters cannot be evaluated: __detail__',
    tooLarge: 'The message has __size__ bytes, the broker takes at most __limit__.',
  },
  EZT_QUEUE_FULL: {
    queueFull: '__limit__ messages are waiting already: slow down or raise the queue limit.',
    queueTooShort:
      '__count__ devices at once are more than the queue limit of __limit__, so this can never be sent: raise the limit, or send to fewer at a time.',
  },
  EZT_EXPIRED: {
    expiredOnDisk: '__count__ queued messages expired before they could be sent.',
    expiredByDisk: 'Not sent within __seconds__ s: the disk that keeps the queue did not answer.',
    expired:
      'Not sent within __seconds__ s: there was no connection to the broker. The status of the node says why.',
    expiredUnanswered: 'The broker did not acknowledge within __seconds__ s.',
    expiredByQuota:
      'The broker has refused messages for __seconds__ s because its quota is used up (0x97). Send less often, or set a rate limit in the project.',
    expiredByRate:
      'Not sent within __seconds__ s: more messages than the rate limit of __rate__ a second lets through. Raise it, or send less often.',
  },
  EZT_REFUSED: {
    lowerQos: 'The broker grants QoS __granted__ instead of __asked__ for __filter__.',
    noSubscribers: 'The broker took a message that nobody subscribes to: check the project key.',
    publishRefused: 'The broker refused the message: __reason__ (__code__).',
    hungUp:
      'The broker closed the connection twice on this message, so it is not sent again. The reason may be access rules, or its content.',
    repliesRefused: 'The broker refuses the subscription to command replies: __reason__ (__code__).',
  },
  EZT_REPLY_TIMEOUT: {
    replyTimeout: 'No reply from __device__ within __seconds__ s.',
    replyNotResent:
      'No reply from __device__ within __seconds__ s, and the command could not be sent again (__what__).',
    replyOtherId:
      'No reply from __device__ to this command within __seconds__ s. Replies that came: __count__; the last one has another id: __what__.',
    replyOtherMethod:
      'No reply from __device__ to this command within __seconds__ s. Replies that came: __count__; the last one is of another method: __what__.',
    replyRetained:
      'No reply from __device__ to this command within __seconds__ s. Replies that came: __count__; the last one was retained by the broker, from an earlier time.',
    replyEarly:
      'No reply from __device__ to this command within __seconds__ s. Replies that came: __count__; the last one came before the command was sent.',
    replyUnreadable:
      'No reply from __device__ to this command within __seconds__ s. Replies that came: __count__; the last one cannot be read: __what__.',
  },
  EZT_DEVICE_OFFLINE: {
    deviceOffline: '__device__ is offline, so the command was not sent.',
    deviceNotHeard: 'Nothing was heard from __device__ for __seconds__ s, so the command was not sent.',
  },
  EZT_STORE: {
    diskFailed:
      'The queue on disk cannot be written, and what cannot be kept is not sent: __detail__. Make room on the disk, or check its permissions.',
    diskInUse:
      'Another Node-RED (process __pid__ on __host__) uses the queue in __directory__, so this one sends nothing: stop one of them, or give it a user directory of its own.',
    memoryFailed:
      'What is known of the devices cannot be written to disk, so a restart will not bring it back: __detail__. Make room on the disk, or check its permissions.',
    memoryHangs:
      'The disk does not answer. What is known of the devices was not loaded, and is not written until the next start: __directory__',
    diskUnreadable: 'What was kept on disk cannot be read and is set aside: __file__',
  },
  EZT_CLOSED: {
    closed: 'Closed before the broker acknowledged; the message is not on disk and is not sent later.',
    closedKept:
      'Closed before the broker acknowledged; the message is on disk and goes out later, as long as the project exists.',
    closedAsking: 'The node was closed before it had gone through all devices: ask again.',
    closedSent: 'The command was sent (attempts: __attempts__); the node was closed before the reply came.',
    closedHeld:
      'Closed while the command was held for __device__; it is on disk and is sent if the device is heard in the time that is left.',
    closedUncertain:
      'The connection ended while the message was being written at QoS 0: it may not have arrived, and is not sent again.',
  },
  EZT_MALFORMED: {
    malformedMore:
      '__count__ more messages that are not valid __channel__ came from __device__ within __seconds__ s, the last one: __what__.',
    malformed: 'The received message is not valid __channel__: __what__.',
  },
} satisfies Record<ErrorCode, Record<string, string>>;

type KeyOf<Groups> = Groups extends unknown ? keyof Groups : never;
/** What is wrong, more exactly than the code says: the key of the message here and in the catalogues. */
export type Reason = KeyOf<(typeof MESSAGES)[ErrorCode]>;

/** The code and the English message of each reason. */
export const REASONS = Object.fromEntries(
  Object.entries(MESSAGES).flatMap(([code, messages]) =>
    Object.entries(messages).map(([reason, message]) => [reason, { code, message }]),
  ),
) as Record<Reason, { code: ErrorCode; message: string }>;
