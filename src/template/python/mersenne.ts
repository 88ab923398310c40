/** Python's `random.Random(seed)`: the Mersenne Twister, so that seeded choices come out as Ansible's. */
import {createHash} from 'node:crypto';

const size = 624;

export class SeededRandom {
  readonly #state = new Uint32Array(size);
  #index = size;

  /** Seeds as `Random(seed)` does: ints by their digits, strings through SHA-512. */
  constructor(seed: string | number | bigint) {
    const whole = typeof seed === 'string' ? seedOfText(seed) : BigInt(seed);
    const key: number[] = [];
    for (let rest = whole < 0n ? -whole : whole; rest > 0n; rest >>= 32n) key.push(Number(rest & 0xffffffffn));
    this.#initByArray(key.length === 0 ? [0] : key);
  }

  #init(seed: number): void {
    this.#state[0] = seed;
    for (let i = 1; i < size; i++) {
      const previous = this.#at(i - 1) ^ (this.#at(i - 1) >>> 30);
      this.#state[i] = Math.imul(1812433253, previous) + i;
    }
  }

  #initByArray(key: readonly number[]): void {
    this.#init(19650218);
    let i = 1;
    let j = 0;
    for (let k = Math.max(size, key.length); k > 0; k--) {
      this.#state[i] =
        (this.#at(i) ^ Math.imul(this.#at(i - 1) ^ (this.#at(i - 1) >>> 30), 1664525)) + (key[j] ?? 0) + j;
      i = this.#next(i);
      j = (j + 1) % key.length;
    }
    for (let k = size - 1; k > 0; k--) {
      this.#state[i] = (this.#at(i) ^ Math.imul(this.#at(i - 1) ^ (this.#at(i - 1) >>> 30), 1566083941)) - i;
      i = this.#next(i);
    }
    this.#state[0] = 0x80000000;
  }

  #next(i: number): number {
    if (i + 1 < size) return i + 1;
    this.#state[0] = this.#at(size - 1);
    return 1;
  }

  #at(index: number): number {
    return this.#state[index] ?? 0;
  }

  #twist(): void {
    for (let i = 0; i < size; i++) {
      const y = (this.#at(i) & 0x80000000) | (this.#at((i + 1) % size) & 0x7fffffff);
      this.#state[i] = this.#at((i + 397) % size) ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.#index = 0;
  }

  #word(): number {
    if (this.#index >= size) this.#twist();
    let y = this.#at(this.#index++);
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  #bits(count: number): bigint {
    let result = 0n;
    for (let taken = 0; taken < count; taken += 32) {
      const width = Math.min(32, count - taken);
      result |= BigInt(this.#word() >>> (32 - width)) << BigInt(taken);
    }
    return result;
  }

  /** A whole number in [0, bound). */
  below(bound: number): number {
    const width = bound.toString(2).length;
    let result = this.#bits(width);
    while (result >= BigInt(bound)) result = this.#bits(width);
    return Number(result);
  }
}

function seedOfText(text: string): bigint {
  const bytes = Buffer.from(text, 'utf8');
  const all = Buffer.concat([bytes, createHash('sha512').update(bytes).digest()]);
  return BigInt(`0x${all.toString('hex')}`);
}
