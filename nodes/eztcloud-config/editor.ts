import { prepareTest } from '../editor/connection-test';
import { fieldText, keepForeignOptions, prepareDefaults, savedNumbers } from '../editor/form';
import { type EditedNode, labelOf, labelStyle } from '../editor/red';
import { choice, clientId, endpoint, group, integer, rate, secret, topicLevel, valid } from '../editor/rules';

/** A number, or text such as `${NAME}`. */
type Numeric = number | string;

interface ConfigProps {
  name: string;
  endpoint: string;
  tls: string;
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
}

type Config = EditedNode<ConfigProps>;

const NUMBERS = ['sessionExpiry', 'keepalive', 'queueLimit', 'queueExpiry', 'rateLimit'];
const SELECTS = ['protocol', 'session', 'queueStore'] as const;
const ADVANCED = [...NUMBERS, ...SELECTS, 'clientId', 'group'];

let giveUpTest = (): void => undefined;

RED.nodes.registerType<ConfigProps, 'projectKey' | 'projectSecret'>('eztcloud-config', {
  category: 'config',
  color: '#8fbfd9',
  icon: 'eztcloud.svg',
  defaults: {
    name: { value: '' },
    endpoint: { value: '', required: true, label: labelOf('endpoint'), validate: valid(endpoint) },
    tls: { value: '', type: 'tls-config', required: false, label: labelOf('tls') },
    protocol: {
      value: 'auto',
      label: labelOf('protocol'),
      validate: valid(choice('auto', '5', '3.1.1')),
    },
    session: { value: 'clean', label: labelOf('session'), validate: valid(choice('clean', 'persistent')) },
    sessionExpiry: {
      value: 3600,
      label: labelOf('sessionExpiry'),
      validate: valid(integer(0, 4_294_967_295)),
    },
    clientId: { value: '', label: labelOf('clientId'), validate: valid(clientId) },
    group: {
      value: '',
      label: labelOf('group'),
      validate: valid((value, node: Config) => group(value, fieldText(node, 'protocol') ?? node.protocol)),
    },
    keepalive: { value: 30, label: labelOf('keepalive'), validate: valid(integer(0, 65_535)) },
    queueLimit: { value: 1000, label: labelOf('queueLimit'), validate: valid(integer(1)) },
    queueExpiry: { value: 60, label: labelOf('queueExpiry'), validate: valid(integer(1)) },
    queueStore: { value: 'memory', label: labelOf('queueStore'), validate: valid(choice('memory', 'disk')) },
    rateLimit: { value: 0, label: labelOf('rateLimit'), validate: valid(rate) },
  },
  credentials: {
    projectKey: {
      type: 'text',
      required: true,
      label: labelOf('projectKey'),
      validate: valid(topicLevel),
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
    prepareDefaults(this);
    const changed = ADVANCED.some(
      (name) => fieldText(this, name) !== String(this._def.defaults[name]?.value),
    );
    $('#ezt-advanced').prop('open', changed);
    $('#node-config-input-session').on('change', () => {
      $('.ezt-persistent').toggle(fieldText(this, 'session') !== 'clean');
    });
    giveUpTest = prepareTest(this);
  },
  oneditsave() {
    giveUpTest();
    Object.assign(this, savedNumbers(this, NUMBERS));
  },
  oneditcancel() {
    giveUpTest();
  },
  oneditdelete() {
    giveUpTest();
  },
});
