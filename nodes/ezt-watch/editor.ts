import { CHOICES } from '../../cloud/protocol/limits';
import { isOrder, OPERATORS, type Operator } from '../../cloud/protocol/operators';
import { deviceLabel } from '../editor/aliases';
import {
  fieldText,
  keepForeignOptions,
  keepVariables,
  prepareDefaults,
  prepareList,
  savedLists,
  savedNumbers,
} from '../editor/form';
import { limitClear, limitValue } from '../editor/limit-rules';
import { listOf } from '../editor/lists';
import { chooseOnlyProject, takeOnlyProject } from '../editor/only-project';
import { type EditedNode, labelOf, labelStyle } from '../editor/red';
import { choice, devices, each, needed, number, valid, validIf, word } from '../editor/rules';
import { suggestions } from '../editor/suggestions';

interface WatchProps {
  version: number;
  name: string;
  cloud: string;
  /** A list, or a variable in its place. */
  devices: string[] | string;
  mode: string;
  after: number | string;
  attribute: string;
  op: string;
  value: number | boolean | string;
  for: number | string;
  clear: number | string;
  every: number | string;
}

type Watch = EditedNode<WatchProps>;

/** What the form holds while it is open, else what the node does. */
const held = (node: Watch, name: 'mode' | 'op' | 'value'): string =>
  fieldText(node, name) ?? String(node[name]);
const isThreshold = (node: Watch): boolean => held(node, 'mode') === 'threshold';
const SIGNS: Record<Operator, string> = { gt: '>', gte: '≥', lt: '<', lte: '≤', eq: '=', neq: '≠' };

RED.nodes.registerType<WatchProps>('ezt-watch', {
  category: 'EZtCloud',
  color: '#8fbfd9',
  icon: 'eztcloud-watch.svg',
  inputs: 1,
  outputs: 2,
  defaults: {
    version: { value: 1 },
    name: { value: '' },
    cloud: { value: '', type: 'eztcloud-config', required: true, label: labelOf('cloud') },
    devices: { value: [], label: labelOf('devices'), validate: valid(each(devices)) },
    mode: { value: 'silence', label: labelOf('mode'), validate: valid(choice('mode')) },
    after: { value: 900, label: labelOf('after'), validate: valid(number('after')) },
    attribute: { value: '', label: labelOf('attribute'), validate: validIf(isThreshold, needed(word)) },
    op: { value: 'gt', label: labelOf('op'), validate: valid(choice('op')) },
    value: {
      value: '',
      label: labelOf('value'),
      validate: validIf(
        isThreshold,
        needed((value, node: Watch) => limitValue(held(node, 'op'), value)),
      ),
    },
    for: { value: 0, label: labelOf('for'), validate: valid(number('for')) },
    clear: {
      value: '',
      label: labelOf('clear'),
      validate: valid((clear, node: Watch) =>
        isThreshold(node) ? limitClear(held(node, 'op'), held(node, 'value'), clear) : undefined,
      ),
    },
    every: { value: 0, label: labelOf('every'), validate: valid(number('every')) },
  },
  paletteLabel() {
    return this._('eztcloud.palette.watch');
  },
  label() {
    const [device, ...more] = listOf(this.devices);
    const from = device === undefined ? this._('eztcloud.palette.watch') : deviceLabel(this, device);
    const count = more.length > 0 ? ` +${more.length}` : '';
    const sign = SIGNS[this.op as Operator] ?? this.op;
    const what =
      this.mode === 'threshold' && this.attribute
        ? `${this.attribute} ${sign} ${this.value}`
        : this._(`eztcloud.watch.${CHOICES.mode.find((mode) => mode === this.mode) ?? 'silence'}`);
    return this.name || `${from}${count} · ${what}`;
  },
  labelStyle,
  inputLabels() {
    return this._('eztcloud.port.acknowledge');
  },
  outputLabels(index) {
    const mode = CHOICES.mode.find((each) => each === this.mode) ?? 'silence';
    return this._(`eztcloud.port.${mode}${index === 0 ? 'Begins' : 'Ends'}`);
  },
  onadd: takeOnlyProject,
  oneditprepare() {
    prepareList(this, 'devices', this.devices);
    keepForeignOptions(this, { mode: this.mode, op: this.op });
    keepVariables(this, ['cloud']);
    chooseOnlyProject(this);
    prepareDefaults(this);
    const suggest = suggestions(this);
    suggest.devices('devices');
    suggest.names('attribute', 'attributes', 'devices', false);
    $('#node-input-mode, #node-input-op').on('change', showWhatMatters);
    $('#node-input-value').on('change keyup', () => $('#node-input-clear').trigger('change'));
    showWhatMatters();
  },
  oneditsave() {
    Object.assign(this, savedLists(this, ['devices']), savedNumbers(this, ['after', 'for', 'every']));
  },
});

/** Shows only the rows of the chosen mode (all if a variable chooses it), and looks again at what depends on that. */
function showWhatMatters(): void {
  const mode = String($('#node-input-mode').val());
  const isForeign = !CHOICES.mode.some((known) => known === mode);
  $('.ezt-mode').each((_, row) => void $(row).toggle(isForeign || row.dataset.mode === mode));
  const op = OPERATORS.find((known) => known === $('#node-input-op').val());
  const isUnused = op !== undefined && !isOrder(op) && $('#node-input-clear').val() === '';
  if (isUnused) $('#ezt-clear').hide();
  $('#node-input-attribute, #node-input-value, #node-input-clear').trigger('change');
}
