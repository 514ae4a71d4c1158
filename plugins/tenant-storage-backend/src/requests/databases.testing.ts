import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import createKnex, { type Knex } from 'knex';

const INSTALLED = '/usr/lib/postgresql';

/** The folder of the newest PostgreSQL that Debian installed; undefined where there is none. */
function postgresPrograms(): string | undefined {
  if (!existsSync(INSTALLED)) return undefined;
  const versions = readdirSync(INSTALLED)
    .filter(version => existsSync(join(INSTALLED, version, 'bin', 'initdb')))
    .sort((a, b) => Number(b) - Number(a));
  return versions.length > 0 ? join(INSTALLED, versions[0], 'bin') : undefined;
}

/** PostgreSQL refuses to run as root. */
function unprivileged(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const of = (flag: string) =>
    Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
  return { uid: of('-u'), gid: of('-g') };
}

/** Databases to test on: each `create` is an empty one. */
export interface TestDatabaseServer {
  name: 'SQLite' | 'PostgreSQL';
  start(): Promise<void>;
  /** An empty database, and how another replica connects to it. */
  create(): Promise<{ knex: Knex; connect(): Knex }>;
  stop(): Promise<void>;
}

/** In memory, with the one connection that the portal's database service gives. Replicas don't share an SQLite. */
function sqlite(): TestDatabaseServer {
  const open: Knex[] = [];
  return {
    name: 'SQLite',
    async start() {},
    async create() {
      const knex = createKnex({
        client: 'better-sqlite3',
        connection: { filename: ':memory:' },
        useNullAsDefault: true,
      });
      await knex.raw('pragma foreign_keys = on');
      open.push(knex);
      return { knex, connect: () => knex };
    },
    async stop() {
      await Promise.all(open.map(knex => knex.destroy()));
    },
  };
}

/** A PostgreSQL of its own, reached by a socket in a temporary folder, and gone afterwards. */
function postgres(programs: string): TestDatabaseServer {
  const open: Knex[] = [];
  let folder = '';
  let server: ChildProcess | undefined;
  const connect = (database: string) => {
    const knex = createKnex({
      client: 'pg',
      connection: { host: folder, port: 5432, user: 'test', database },
    });
    open.push(knex);
    return knex;
  };
  return {
    name: 'PostgreSQL',
    async start() {
      const as = unprivileged();
      folder = await mkdtemp(join(tmpdir(), 'kmetal-pg-'));
      if (as.uid !== undefined) await chown(folder, as.uid, as.gid!);
      const data = join(folder, 'data');
      const options = {
        ...as,
        cwd: folder,
        env: { LANG: 'C', PATH: programs },
      };
      execFileSync(
        join(programs, 'initdb'),
        ['-D', data, '-U', 'test', '-A', 'trust', '-E', 'UTF8', '--no-sync'],
        { ...options, stdio: 'pipe' },
      );
      server = spawn(
        join(programs, 'postgres'),
        ['-D', data, '-k', folder, '-c', 'listen_addresses=', '-F'],
        { ...options, stdio: 'ignore' },
      );
      const knex = connect('postgres');
      const deadline = Date.now() + 60_000;
      for (;;) {
        try {
          if (existsSync(join(folder, '.s.PGSQL.5432'))) {
            await knex.raw('select 1');
            return;
          }
        } catch (error) {
          // It listens before it is ready.
          if (Date.now() > deadline) throw error;
        }
        if (Date.now() > deadline) throw new Error('PostgreSQL did not start');
        await new Promise(resolve => setTimeout(resolve, 50));
      }
    },
    async create() {
      const database = `requests_${randomBytes(6).toString('hex')}`;
      await open[0].raw(`create database ${database}`);
      return { knex: connect(database), connect: () => connect(database) };
    },
    async stop() {
      await Promise.all(open.map(knex => knex.destroy()));
      const ending = server;
      if (ending && ending.exitCode === null) {
        await new Promise<void>(resolve => {
          ending.once('exit', () => resolve());
          // Fast shutdown.
          ending.kill('SIGINT');
        });
      }
      if (folder) await rm(folder, { recursive: true, force: true });
    },
  };
}

/** SQLite, and PostgreSQL where Debian's is installed; says so where it is not. */
export function testDatabases(): TestDatabaseServer[] {
  const programs = postgresPrograms();
  if (!programs) {
    process.stderr.write(
      `PostgreSQL is left out: there is none in ${INSTALLED}\n`,
    );
    return [sqlite()];
  }
  return [sqlite(), postgres(programs)];
}
