// What the page carries: base64 in script elements that are no scripts, deflated; see packing.py.

const SEPARATE = /[^A-Za-z0-9+/=]/g;

function bytesOf(id) {
  const text = atob(document.getElementById(id).textContent.replace(SEPARATE, ""));
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

async function inflated(id) {
  const stream = new Blob([bytesOf(id)]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

// One table of packing.py, column by column: number n of column c is at c * rows + n.
function unpacked(block, { at, rows, columns, order }) {
  const count = rows * columns;
  const table = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const folded = block[at + i] | (block[at + count + i] << 8);
    table[i] = folded & 1 ? -((folded + 1) >> 1) : folded >> 1;
  }
  for (let pass = 0; pass < order; pass++) {
    for (let column = 0; column < columns; column++) {
      for (let i = column * rows + 1; i < (column + 1) * rows; i++) table[i] += table[i - 1];
    }
  }
  return table;
}

// The same, row by row, as an array of `Type` times `step`.
function rowsOf(block, entry, Type, step = 1) {
  const table = unpacked(block, entry);
  const { rows, columns } = entry;
  const result = new Type(rows * columns);
  for (let column = 0; column < columns; column++) {
    for (let i = 0; i < rows; i++) result[i * columns + column] = table[column * rows + i] * step;
  }
  return result;
}
