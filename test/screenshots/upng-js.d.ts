declare module 'upng-js' {
  interface Image {
    width: number;
    height: number;
  }
  export function decode(png: Uint8Array): Image;
  export function toRGBA8(image: Image): ArrayBuffer[];
  /** `colours`: of the palette; 0: all. */
  export function encode(frames: ArrayBuffer[], width: number, height: number, colours: number): ArrayBuffer;
}
