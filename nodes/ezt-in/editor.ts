import { CHANNELS, type Channel } from '../../cloud/protocol/topics';
import {
  keepForeignOptions,
  prepareDefaults,
  prepareList,
  prepareQos,
  savedLists,
  savedNumbers,
} from '../editor/form';
import { listOf } from '../editor/lists';
import { labelOf, labelStyle } from '../editor/red';
import { choice, each, text, topicLevel, valid } from '../editor/rules';
import { suggestions } from '../editor/suggestions';

interface InProps {
  name: string;
  cloud: string;
  devices: string[];
  types: Channel[];
  streams: string[];
  attributes: string[];
  methods: string[];
  dataFormat: string;
  output: string;
  qos: number | string;
}

const LISTS = ['devices', 'streams', 'attributes', 'methods'] as const;

RED.nodes.registerType<InProps>('ezt-in', {
  category: 'EZtCloud',
  color: '#8fbfd9',
  icon: 'eztcloud.svg',
  inputs: 0,
  outputs: 1,
  defaults: {
    name: { value: '' },
    cloud: { value: '', type: 'eztcloud-config', required: true, label: labelOf('cloud') },
    devices: { value: [], label: labelOf('devices'), validate: valid(each(topicLevel)) },
    types: { value: ['attributes'], label: labelOf('types'), validate: valid(each(choice(...CHANNELS))) },
    streams: { value: [], label: labelOf('streams'), validate: valid(each(topicLevel)) },
    attributes: { value: [], label: labelOf('attributes'), validate: valid(each(text)) },
    methods: { value: [], label: labelOf('methods'), validate: valid(each(text)) },
    dataFormat: {
      value: 'buffer',
      label: labelOf('dataFormat'),
      validate: valid(choice('buffer', 'text', 'json', 'hex', 'base64', 'auto')),
    },
    output: { value: 'message', label: labelOf('output'), validate: valid(choice('message', 'value')) },
    qos: { value: 1, label: labelOf('qos'), validate: valid(choice(0, 1, 2)) },
  },
  paletteLabel() {
    return this._('eztcloud.palette.in');
  },
  label() {
    const [device, ...more] = listOf(this.devices);
    const [type, ...others] = listOf(this.types);
    const from = device ?? this._('eztcloud.palette.in');
    const count = more.length > 0 ? ` +${more.length}` : '';
    const what = type === undefined || others.length > 0 ? '' : ` · ${this._(`eztcloud.type.${type}`)}`;
    return this.name || `${from}${count}${what}`;
  },
  labelStyle,
  outputLabels() {
    return this._('eztcloud.port.received');
  },
  oneditprepare() {
    const types = listOf(this.types ?? this._def.defaults.types?.value);
    for (const type of CHANNELS) checkbox(type).prop('checked', types.includes(type));
    for (const name of LISTS) prepareList(this, name, this[name]);
    keepForeignOptions(this, { dataFormat: this.dataFormat, output: this.output });
    prepareQos(this);
    prepareDefaults(this);
    const suggest = suggestions(this);
    suggest.devices('devices', true);
    for (const kind of ['streams', 'attributes', 'methods'] as const) {
      suggest.names(kind, kind, 'devices', true);
    }
    $('.ezt-types input').on('change', showWhatMatters);
    showWhatMatters();
  },
  oneditsave() {
    Object.assign(this, savedLists(this, LISTS), savedNumbers(this, ['qos']), { types: chosenTypes() });
  },
});

function checkbox(type: Channel): JQuery {
  return $(`#ezt-in-type-${type}`);
}

function chosenTypes(): Channel[] {
  return CHANNELS.filter((type) => checkbox(type).prop('checked') === true);
}

/** Shows only the rows that do something for the chosen types; none chosen means all of them. */
function showWhatMatters(): void {
  const chosen = new Set<string>(chosenTypes());
  $('.ezt-only').each((_, row) => {
    const types = row.dataset.types?.split(' ') ?? [];
    $(row).toggle(chosen.size === 0 || types.some((type) => chosen.has(type)));
  });
}
