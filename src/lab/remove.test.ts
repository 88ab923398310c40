import test from 'ava';
import {mountsBelow} from './remove.js';

const line = (point: string): string => `30 23 0:26 / ${point} rw,relatime - tmpfs tmpfs rw`;

test('mounts below a folder, the deepest first, and none beside it', (t) => {
  const table = ['/', '/a', '/a/b', '/a/b/c', '/ab', '/a-b/c'].map(line).join('\n');
  t.deepEqual(mountsBelow(`${table}\n`, '/a'), ['/a/b/c', '/a/b', '/a']);
  t.deepEqual(mountsBelow(table, '/a/b/c/d'), []);
});
