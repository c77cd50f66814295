import type { UsesProject } from '../aliases';
import { aliasesOf, lookUp } from '../aliases';
import { dot } from './rows';
import type { Looked } from './source';

/** A name as a chip, with what is known of it and a button that removes it. */
export function chipOf(node: UsesProject, name: string, looked: Looked, remove: () => void): JQuery {
  const aliases = aliasesOf(node);
  const shown = lookUp(aliases, name) === undefined ? (aliases.nameOf(name) ?? name) : name;
  const online = looked.online.get(name);
  const chip = $('<li class="ezt-chip">').toggleClass('ezt-chip-unseen', looked.unseen.includes(name));
  if (online !== undefined) chip.append(dot(node._, online));
  $('<span class="ezt-chip-name">').text(shown).attr('title', name).appendTo(chip);
  $('<button type="button" tabindex="-1">')
    .attr(
      'aria-label',
      node._('eztcloud.picker.remove').replace('{text}', () => shown),
    )
    .append('<i class="fa fa-times" aria-hidden="true">')
    .on('click', remove)
    .appendTo(chip);
  return chip;
}
