import { isVariable } from '../../cloud/protocol/names';
import { CHANNELS } from '../../cloud/protocol/topics';
import { deviceLabel } from '../editor/aliases';
import {
  field,
  fieldText,
  keepForeignFlag,
  keepForeignOptions,
  keepVariables,
  prepareDefaults,
  prepareList,
  prepareQos,
  savedLists,
  savedNumbers,
  unlessSame,
} from '../editor/form';
import { listOf, parseList } from '../editor/lists';
import { showLivePreview } from '../editor/live-preview';
import { chooseOnlyProject, takeOnlyProject } from '../editor/only-project';
import { type EditedNode, labelOf, labelStyle } from '../editor/red';
import {
  choice,
  deadband,
  devices,
  each,
  flag,
  qos,
  topicLevel,
  types,
  valid,
  validIf,
  word,
} from '../editor/rules';
import { suggestions } from '../editor/suggestions';
import { addSidebar, removeSidebar } from '../sidebar/sidebar';
import { chosenTypes, methodKinds, showTypes, showWhatMatters, typeBoxes } from './chosen-types';

interface InProps {
  version: number;
  name: string;
  cloud: string;
  /** A list, or a variable in its place. */
  devices: string[] | string;
  types: string[] | string;
  streams: string[] | string;
  attributes: string[] | string;
  methods: string[] | string;
  dataFormat: string;
  output: string;
  own: string;
  qos: number | string;
  /** Text: a variable. */
  initial: boolean | string;
  when: string;
  deadband: string;
  topic: string;
}

/** Ids of nodes dragged from the palette since the editor was opened. */
const dragged = new Set<string>();

type In = EditedNode<InProps>;

const LISTS = ['devices', 'streams', 'attributes', 'methods'] as const;

RED.nodes.registerType<InProps>('ezt-in', {
  category: 'EZtCloud',
  color: '#8fbfd9',
  icon: 'eztcloud-in.svg',
  inputs: 0,
  outputs: 1,
  onpaletteadd: addSidebar,
  onpaletteremove: removeSidebar,
  defaults: {
    version: { value: 1 },
    name: { value: '' },
    cloud: { value: '', type: 'eztcloud-config', required: true, label: labelOf('cloud') },
    devices: { value: [], label: labelOf('devices'), validate: valid(each(devices)) },
    types: { value: ['attributes'], label: labelOf('types'), validate: valid(types(CHANNELS)) },
    streams: { value: [], label: labelOf('streams'), validate: valid(each(topicLevel)) },
    attributes: { value: [], label: labelOf('attributes'), validate: valid(each(word)) },
    methods: { value: [], label: labelOf('methods'), validate: valid(each(word)) },
    dataFormat: { value: 'buffer', label: labelOf('dataFormat'), validate: valid(choice('dataFormat')) },
    output: { value: 'message', label: labelOf('output'), validate: valid(choice('output')) },
    own: { value: 'keep', label: labelOf('own'), validate: valid(choice('own')) },
    qos: { value: 1, label: labelOf('qos'), validate: valid(qos) },
    initial: { value: false, label: labelOf('initial'), validate: valid(flag) },
    when: { value: 'always', label: labelOf('when'), validate: valid(choice('when')) },
    deadband: {
      value: '',
      label: labelOf('deadband'),
      validate: validIf((node: In) => (fieldText(node, 'when') ?? node.when) === 'deadband', deadband),
    },
    topic: { value: 'mqtt', label: labelOf('topic'), validate: valid(choice('topic')) },
  },
  paletteLabel() {
    return this._('eztcloud.palette.in');
  },
  label() {
    const [device, ...more] = listOf(this.devices);
    const [type, ...others] = listOf(this.types);
    const from = device === undefined ? this._('eztcloud.palette.in') : deviceLabel(this, device);
    const count = more.length > 0 ? ` +${more.length}` : '';
    const name = type === undefined || isVariable(type) ? type : this._(`eztcloud.type.${type}`);
    const what = name === undefined || others.length > 0 ? '' : ` · ${name}`;
    return this.name || `${from}${count}${what}`;
  },
  labelStyle,
  outputLabels() {
    return received(this);
  },
  onadd() {
    takeOnlyProject.call(this);
    dragged.add(this.id);
  },
  oneditprepare() {
    showTypes(this, listOf(this.types ?? this._def.defaults.types?.value));
    for (const name of LISTS) prepareList(this, name, this[name]);
    const { dataFormat, output, own, when, topic } = this;
    keepForeignOptions(this, { dataFormat, output, own, when, topic });
    keepForeignFlag(this, 'initial');
    keepVariables(this, ['cloud']);
    chooseOnlyProject(this);
    prepareQos(this);
    prepareDefaults(this);
    const suggest = suggestions(this);
    suggest.devices('devices');
    suggest.names('streams', 'streams', 'devices', true);
    suggest.names('attributes', 'attributes', 'devices', true);
    suggest.names('methods', methodKinds, 'devices', true);
    const show = () => showWhatMatters(this, LISTS);
    typeBoxes().on('change', show);
    field(this, 'when').on('change', show);
    show();
    followOutput(this);
    showLivePreview(this, {
      own: () => ({ types: chosenTypes() }),
      wish: () =>
        received({ ...this, types: chosenTypes(), devices: parseList(fieldText(this, 'devices') ?? '') }),
    });
  },
  oneditsave() {
    Object.assign(this, savedLists(this, LISTS), savedNumbers(this, ['qos']), {
      types: unlessSame(chosenTypes(), this.types),
    });
  },
});

/** What the port sends, e.g. `Attributes, Alarms of DU_1 +2`. */
function received(node: In): string {
  const types = listOf(node.types);
  const [device, ...more] = listOf(node.devices);
  const named = types.filter((type) => CHANNELS.some((channel) => channel === type));
  const what =
    types.length === 0
      ? node._('eztcloud.port.everything')
      : types.map((type) => (named.includes(type) ? node._(`eztcloud.type.${type}`) : type)).join(', ');
  const of =
    device === undefined
      ? node._('eztcloud.port.everyDevice')
      : deviceLabel(node, device) + (more.length > 0 ? ` +${more.length}` : '');
  return node._('eztcloud.port.of', { what, device: of });
}

/**
 * The value inside a message says nothing of its attribute, so a new node that sends it names that in `msg.topic`, for
 * charts and whatever else works by topic; unless its user has chosen a topic.
 */
function followOutput(node: In): void {
  if (!dragged.has(node.id) || !node.changed) return;
  const usual = (output: string | undefined) => (output === 'value' ? 'attribute' : 'mqtt');
  let before = fieldText(node, 'output');
  field(node, 'output').on('change', () => {
    const now = fieldText(node, 'output');
    if (fieldText(node, 'topic') === usual(before)) field(node, 'topic').val(usual(now));
    before = now;
  });
}
