import { prepareTest } from '../editor/connection-test';
import {
  field,
  fieldText,
  keepForeignFlag,
  keepForeignOptions,
  keepVariables,
  prepareDefaults,
  savedNumbers,
} from '../editor/form';
import { type EditedNode, labelOf, labelStyle } from '../editor/red';
import {
  aliasTable,
  choice,
  clientId,
  endpoint,
  flag,
  group,
  number,
  secret,
  topicLevel,
  valid,
} from '../editor/rules';
import { type AliasForm, prepareAliases } from './alias-form';
import { type EmulatorForm, prepareEmulator } from './emulator-dialog';

/** A number, or text such as `${NAME}`. */
type Numeric = number | string;

interface ConfigProps {
  version: number;
  name: string;
  endpoint: string;
  tls: string;
  proxy: string;
  protocol: string;
  session: string;
  sessionExpiry: Numeric;
  clientId: string;
  group: string;
  keepalive: Numeric;
  queueLimit: Numeric;
  queueExpiry: Numeric;
  queueStore: string;
  rateLimit: Numeric;
  commandsInFlight: Numeric;
  memory: boolean | string;
  /** By username: name and tags. Text: a variable. */
  aliases: Record<string, { name: string; tags: string[] }> | string;
}

type Config = EditedNode<ConfigProps>;

const NUMBERS = ['sessionExpiry', 'keepalive', 'queueLimit', 'queueExpiry', 'rateLimit', 'commandsInFlight'];
const SELECTS = ['protocol', 'session', 'queueStore'] as const;
const ADVANCED = [...NUMBERS, ...SELECTS, 'clientId', 'group'];

let giveUpTest = (): void => undefined;
let aliasForm: AliasForm | undefined;
let emulatorForm: EmulatorForm | undefined;

RED.nodes.registerType<ConfigProps, 'projectKey' | 'projectSecret'>('eztcloud-config', {
  category: 'config',
  color: '#8fbfd9',
  icon: 'eztcloud.svg',
  defaults: {
    version: { value: 1 },
    name: { value: '' },
    endpoint: { value: '', required: true, label: labelOf('endpoint'), validate: valid(endpoint, true) },
    tls: { value: '', type: 'tls-config', required: false, label: labelOf('tls') },
    proxy: { value: '', type: 'http proxy', required: false, label: labelOf('proxy') },
    protocol: {
      value: 'auto',
      label: labelOf('protocol'),
      validate: valid(choice('protocol')),
    },
    session: { value: 'clean', label: labelOf('session'), validate: valid(choice('session')) },
    sessionExpiry: {
      value: 3600,
      label: labelOf('sessionExpiry'),
      validate: valid(number('sessionExpiry')),
    },
    clientId: { value: '', label: labelOf('clientId'), validate: valid(clientId) },
    group: {
      value: '',
      label: labelOf('group'),
      validate: valid((value, node: Config) => group(value, fieldText(node, 'protocol') ?? node.protocol)),
    },
    keepalive: { value: 30, label: labelOf('keepalive'), validate: valid(number('keepalive')) },
    queueLimit: { value: 1000, label: labelOf('queueLimit'), validate: valid(number('queueLimit')) },
    queueExpiry: { value: 60, label: labelOf('queueExpiry'), validate: valid(number('queueExpiry')) },
    queueStore: { value: 'memory', label: labelOf('queueStore'), validate: valid(choice('queueStore')) },
    rateLimit: { value: 0, label: labelOf('rateLimit'), validate: valid(number('rateLimit')) },
    commandsInFlight: {
      value: 200,
      label: labelOf('commandsInFlight'),
      validate: valid(number('commandsInFlight')),
    },
    memory: { value: true, label: labelOf('memory'), validate: valid(flag) },
    aliases: { value: {}, label: labelOf('aliases'), validate: valid(aliasTable) },
  },
  credentials: {
    projectKey: {
      type: 'text',
      required: true,
      label: labelOf('projectKey'),
      validate: valid(topicLevel, true),
    },
    projectSecret: {
      type: 'password',
      required: true,
      label: labelOf('projectSecret'),
      validate: valid(secret),
    },
  },
  paletteLabel() {
    return this._('eztcloud.palette.config');
  },
  label() {
    return this.name || this.endpoint || this._('eztcloud.palette.config');
  },
  labelStyle,
  oneditprepare() {
    keepForeignOptions(this, Object.fromEntries(SELECTS.map((name) => [name, this[name]])));
    keepVariables(this, ['tls', 'proxy']);
    keepForeignFlag(this, 'memory');
    prepareDefaults(this);
    const changed = ADVANCED.some(
      (name) => fieldText(this, name) !== String(this._def.defaults[name]?.value),
    );
    const forgets = field(this, 'memory').prop('checked') !== true;
    $('#ezt-advanced').prop('open', changed || forgets);
    $('#node-config-input-session').on('change', () => {
      $('.ezt-persistent').toggle(fieldText(this, 'session') !== 'clean');
    });
    aliasForm = prepareAliases(this);
    giveUpTest = prepareTest(this);
    emulatorForm = prepareEmulator(this);
  },
  oneditsave() {
    giveUpTest();
    emulatorForm?.saved();
    Object.assign(this, savedNumbers(this, NUMBERS), aliasForm?.changes());
    redrawUsers(this);
  },
  oneditcancel() {
    giveUpTest();
    emulatorForm?.cancelled();
  },
  oneditdelete() {
    giveUpTest();
    emulatorForm?.cancelled();
  },
});

/** The labels of nodes show aliases. */
function redrawUsers(project: Config): void {
  const users: unknown = Reflect.get(project, 'users');
  for (const user of Array.isArray(users) ? users : []) Object.assign(user, { dirty: true, resize: true });
}
