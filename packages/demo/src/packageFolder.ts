import { dirname } from 'node:path';

/** This package's folder, with the scenarios and org.yaml in it. */
export const packageFolder = dirname(
  require.resolve('@kmetal/demo/package.json'),
);
