import { Duplex } from 'node:stream';

/** A stream that can be used before it is open: what is written meanwhile waits. */
export class LateStream extends Duplex {
  private stream: Duplex | undefined;
  private begin: (() => void) | undefined;

  /** `abort` makes `opening` reject; it is called when this stream is destroyed. */
  constructor(
    opening: Promise<Duplex>,
    private readonly abort: () => void,
  ) {
    super();
    opening.then(
      (stream) => this.attach(stream),
      (error: Error) => this.destroy(error),
    );
  }

  override _read(): void {
    this.stream?.resume();
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    // If it breaks, its event says why.
    const write = () => this.stream?.write(chunk, () => done());
    if (this.stream) write();
    else this.begin = write;
  }

  override _final(done: () => void): void {
    const end = () => {
      this.stream?.end();
      done();
    };
    if (this.stream) end();
    else this.begin = end;
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.abort();
    const { stream } = this;
    if (stream && !stream.closed) stream.once('close', () => done(error)).destroy();
    else done(error);
  }

  private attach(stream: Duplex): void {
    if (this.destroyed) {
      stream.on('error', () => stream.destroy()).destroy();
      return;
    }
    this.stream = stream;
    stream.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) stream.pause();
    });
    stream.once('end', () => this.push(null));
    stream.on('error', (error) => this.destroy(error));
    stream.once('close', () => this.destroy());
    this.begin?.();
  }
}
