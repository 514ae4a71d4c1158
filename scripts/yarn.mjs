// `node scripts/yarn.mjs ARGS`: Yarn with the right Node and the dependencies in place, on a machine that has neither.
import { spawn } from 'node:child_process';
import { Progress, fail, root, setUp } from './toolchain.mjs';

async function main() {
  const env = await setUp(new Progress(2, process.stderr));
  const child = spawn(
    'node',
    ['.yarn/releases/yarn-4.13.0.cjs', ...process.argv.slice(2)],
    { cwd: root, env, stdio: 'inherit' },
  );
  child.once('exit', (code, signal) => process.exit(signal ? 1 : code));
}

main().catch(fail);
