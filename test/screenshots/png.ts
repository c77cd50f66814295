import { decode, encode, toRGBA8 } from 'upng-js';

/** Colours of a picture; more of them nobody misses in an editor. */
const COLOURS = 128;

/** The same picture with a palette, which takes a third of the space. */
export function smaller(png: Buffer): Buffer {
  const image = decode(png);
  return Buffer.from(encode(toRGBA8(image), image.width, image.height, COLOURS));
}
