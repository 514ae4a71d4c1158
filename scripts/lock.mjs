// A file that one process at a time holds, for as long as it lives. What tells is a socket that the holder listens on: it ends with the
// process however that ends, while the number of a process may be another one's after a restart.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createConnection, createServer } from 'node:net';

/**
 * Takes a lock. Answers `{ heldBy }`, the number of a process, if another one holds it, else `{ isHeld, release }`.
 * What is left of a holder that is gone is cleared away.
 */
export async function lock(file) {
  const id = randomUUID();
  const server = createServer(socket => {
    socket.on('error', () => {});
    socket.end(id);
  });
  server.unref();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  const own = JSON.stringify({ id, port, pid: process.pid });
  const aside = `${file}.${id}`;
  for (;;) {
    // linked, not written, so that nobody ever reads half of it
    await writeFile(aside, own, { mode: 0o600 });
    const taken = await link(aside, file).then(
      () => true,
      error => {
        if (error.code !== 'EEXIST') throw error;
        return false;
      },
    );
    await rm(aside);
    if (taken) break;
    const seen = await read(file);
    const heldBy = await holder(seen);
    if (heldBy !== undefined) {
      server.close();
      return { heldBy };
    }
    await clear(file, seen, aside);
  }
  const isHeld = async () => (await read(file)) === own;
  return {
    isHeld,
    async release() {
      server.close();
      if (await isHeld()) await rm(file, { force: true });
    },
  };
}

function read(file) {
  return readFile(file, 'utf8').catch(() => '');
}

/** The process that holds a lock of this content; undefined if it is gone. */
async function holder(content) {
  let record;
  try {
    record = JSON.parse(content);
  } catch {
    return undefined;
  }
  const answers = await new Promise(resolve => {
    const socket = createConnection({ host: '127.0.0.1', port: record.port });
    let text = '';
    socket.setEncoding('utf8').on('data', part => {
      text += part;
    });
    socket.once('error', () => resolve(false));
    socket.once('end', () => resolve(text === record.id));
    // a holder that is only suspended does not answer
    socket.setTimeout(2_000, () => {
      socket.destroy();
      resolve(true);
    });
  });
  return answers ? record.pid : undefined;
}

/** Takes away what a holder left, unless somebody else has just taken the lock. */
async function clear(file, seen, aside) {
  try {
    await rename(file, aside);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    return;
  }
  if ((await read(aside)) !== seen) await link(aside, file).catch(() => {});
  await rm(aside, { force: true });
}
