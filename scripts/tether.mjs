// `node scripts/tether.mjs COMMAND ARGS`: runs a command that ends, with everything that it started, when whoever started this is gone,
// even by SIGKILL: then standard input, a pipe, closes. Has to lead a process group.
import { spawn } from 'node:child_process';

const [command, ...args] = process.argv.slice(2);
let isLoose = false;

function signalGroup(signal) {
  process.kill(-process.pid, signal);
}

const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
child.once('error', error => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
child.once('exit', (code, signal) => {
  if (isLoose) signalGroup('SIGKILL');
  process.exit(signal ? 1 : code);
});

// the whole group gets them; what counts is when the command ends
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {});
}
process.stdin
  .once('close', () => {
    isLoose = true;
    signalGroup('SIGTERM');
    setTimeout(() => signalGroup('SIGKILL'), 8_000);
  })
  .resume();
