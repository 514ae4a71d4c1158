// Writes the wire types of the HTTP API from its description: `yarn generate:openapi`, or `--check` to only compare.
import { readFile, writeFile } from 'node:fs/promises';
import openapiTypescript, { astToString } from 'openapi-typescript';

const source = new URL(
  '../plugins/tenant-storage-backend/src/schema/openapi.yaml',
  import.meta.url,
);
const target = new URL(
  '../plugins/tenant-storage-common/src/api/openapi.generated.ts',
  import.meta.url,
);
const banner = `// Made by \`yarn generate:openapi\` from the backend's src/schema/openapi.yaml: change that file, not this one.\n\n`;
// The wire types are part of the published package, whose API report wants a release tag, and only tags that TSDoc knows.
const types = astToString(await openapiTypescript(source))
  .replaceAll(/^export /gm, '/** @public */\nexport ')
  .replaceAll('@description ', '')
  .replaceAll('@default ', 'Default: ')
  .replaceAll(/@enum \{string\}/g, 'One of the words below.');
const text = banner + types;

if (process.argv.includes('--check')) {
  if ((await readFile(target, 'utf8')) !== text) {
    process.stderr.write(
      'The wire types are not what openapi.yaml says: run `yarn generate:openapi` and commit the result.\n',
    );
    process.exit(1);
  }
} else {
  await writeFile(target, text);
}
