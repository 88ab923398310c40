import {Duplex} from 'node:stream';
import {setImmediate as turn} from 'node:timers/promises';
import test from 'ava';
import {wholePackets} from './whole_packets.js';

/** Keeps what reaches the system, one entry for each call. */
class Wire extends Duplex {
  readonly sent: string[] = [];

  override _read(): void {}

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.sent.push(bytes.toString());
    done();
  }

  override _writev(chunks: readonly {readonly chunk: Buffer}[], done: () => void): void {
    this.sent.push(chunks.map(({chunk}) => chunk.toString()).join('+'));
    done();
  }
}

test('what is written in one step leaves at once, in order', async (t) => {
  const wire = new Wire();
  const sock = wholePackets(wire);
  for (const piece of ['length', 'body', 'tag']) sock.write(piece);
  t.deepEqual(wire.sent, []);
  await turn();
  t.deepEqual(wire.sent, ['length+body+tag']);
});

test('later steps are not held back', async (t) => {
  const wire = new Wire();
  const sock = wholePackets(wire);
  sock.write('a');
  await turn();
  sock.write('b');
  sock.write('c');
  await turn();
  t.deepEqual(wire.sent, ['a', 'b+c']);
});

test('the end and callbacks come after what was written', async (t) => {
  const wire = new Wire();
  const sock = wholePackets(wire);
  const written = new Promise<void>((resolve) => {
    sock.write(Buffer.from('last words'), () => resolve());
  });
  sock.end();
  await written;
  t.deepEqual(wire.sent, ['last words']);
  t.true(sock.writableEnded);
});

test('it says when to wait, as before', (t) => {
  const sock = wholePackets(new Wire({writableHighWaterMark: 4}));
  t.true(sock.write('abc'));
  t.false(sock.write('defg'));
});
