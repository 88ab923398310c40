// A tar archive of a few files, the same bytes each time: no times, no owners.

const field = (header, at, size, text) => header.write(text.padEnd(size, '\0'), at, size, 'latin1');

/** Entries are `{name, mode, content}`; folders are made by tar from the names. */
export const tarOf = (entries) => {
  const blocks = entries.flatMap(({name, mode, content}) => {
    const header = Buffer.alloc(512);
    field(header, 0, 100, name);
    field(header, 100, 8, mode.toString(8).padStart(7, '0'));
    field(header, 108, 8, '0000000');
    field(header, 116, 8, '0000000');
    field(header, 124, 12, content.length.toString(8).padStart(11, '0'));
    field(header, 136, 12, '00000000000');
    field(header, 148, 8, '        ');
    field(header, 156, 1, '0');
    field(header, 257, 8, 'ustar\x0000');
    const sum = header.reduce((total, byte) => total + byte, 0);
    field(header, 148, 8, `${sum.toString(8).padStart(6, '0')}\0 `);
    return [header, content, Buffer.alloc((512 - (content.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
};
