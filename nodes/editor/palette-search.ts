/** What people type who look for us: the brand, and what it is about. */
const WORDS = 'EZtCloud iot mqtt cloud device';

/**
 * Lets the palette's search find our nodes by these words. It looks at a node's type and at the label that its element
 * carries, not at the one that is shown, which has room for a few letters only.
 */
export function findableByWords(): void {
  const ours = $('.red-ui-palette-node[data-palette-type^="ezt-"]');
  ours.attr('data-palette-label', (_index, label) => `${label} ${WORDS}`);
}
