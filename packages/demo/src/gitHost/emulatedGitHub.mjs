/**
 * Runs emulate's GitHub service in a worker thread and tells the parent when it listens.
 *
 * A thread of its own, because emulate is published as an ES module only, which neither Backstage's transform nor Jest
 * can load by `require`, and because it writes to the console, where the demo's own progress belongs.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { createEmulator } from 'emulate';

try {
  await createEmulator({ ...workerData, service: 'github' });
  parentPort.postMessage({ listening: true });
} catch (error) {
  parentPort.postMessage({
    failed: { code: error.code, message: error.message },
  });
}
