import { readdir, readFile } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { SeedFiles } from '../gitHost/repository';
import { packageFolder } from '../packageFolder';

/** The demo's fleet repository on its Git host, and the branch that Flux applies. */
export const FLEET = { fullName: 'kmetal/fleet', branch: 'main' } as const;

/** The files that the fleet repository starts with, byte for byte. */
export async function readFleetFiles(): Promise<SeedFiles> {
  const root = resolve(packageFolder, 'fleet');
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))
    .sort();
  return Object.fromEntries(
    await Promise.all(
      files.map(async file => [
        relative(root, file).split(sep).join('/'),
        await readFile(file, 'utf8'),
      ]),
    ),
  );
}
