import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import {
  applyObjects,
  grantReader,
  StandIn,
  startKubeApiServer,
  startStandIn,
  UnderCluster,
} from '@kmetal/under-cluster';
import { stringify } from 'yaml';
import { CdiOptions, startCdi } from './cdi/cdi';
import { ConfiguredUnderCluster, demoConfiguration } from './configuration';
import { startControl } from './control';
import { FLEET, readFleetFiles } from './flux/fleetRepository';
import { startFlux } from './flux/flux';
import { createGitSource } from './flux/gitSource';
import { startGitHost } from './gitHost/gitHost';
import { Persona, personas } from './personas';
import { PlatformPace, startPlatform } from './platform/platform';
import { applyScenario } from './scenario/applyScenario';
import {
  backendOf,
  demoUnderClusters,
  installedDefinitions,
  loadDemoScenario,
} from './scenario/demoScenario';

export interface DemoOptions {
  /** Where the demo writes configuration, CA certificates, tokens and kubeconfigs. */
  dir: string;
  /** The port that the portal's backend will listen on; nothing is started there. */
  portalPort: number;
  /** The port of a development server for the pages, if they don't come from the backend. */
  appPort?: number;
  /** Any free port if absent. */
  gitHostPort?: number;
  /** `stand-in` if absent; `kube-apiserver` needs KUBEBUILDER_ASSETS. */
  underClusters?: 'stand-in' | 'kube-apiserver';
  /** How fast volumes are made that a quota refused, if not as fast as a person likes to watch. */
  volumePace?: Pick<CdiOptions, 'retryMs' | 'stepMs'>;
  /** How fast charts, drivers and Velero are, if not as fast as a person likes to watch. */
  platformPace?: PlatformPace;
  /** Takes one line for each step. */
  logger?: (line: string) => void;
}

/** What the demo's under clusters, Git host and people are, for whoever uses the demo. */
export interface DemoReady {
  gitHostUrl: string;
  /** The web page of the repository that Flux applies. */
  fleetUrl: string;
  underClusters: Array<{
    name: string;
    apiUrl: string;
    /** Path of a kubeconfig for the administrator. */
    kubeconfig: string;
    /** Where to tell this under cluster's Flux that it is in trouble, `POST .../slow` and so on; see control.ts. */
    fluxControlUrl: string;
  }>;
  personas: readonly Persona[];
  /** Where to tell the demo that an under cluster is out of reach; see control.ts. */
  controlUrl: string;
  /** Where to tell the Git host that it is in trouble, `POST .../down` and so on; see control.ts. */
  gitHostControlUrl: string;
}

export interface Demo extends DemoReady {
  /** Path of the configuration for the portal. */
  configFile: string;
  /** The same facts, to be written down or sent as JSON. */
  ready(): DemoReady;
  /** A running under cluster, to change what is in it. Throws if there is none of that name. */
  underCluster(name: string): UnderCluster;
  /** Cuts an under cluster off, or lets it be reached again. Throws for a real API server. */
  setReachable(name: string, reachable: boolean): void;
  /** Ends everything that was started. */
  stop(): Promise<void>;
}

/**
 * Starts the demo's Git host and both under clusters, and writes the configuration with which a portal sees them.
 * Rejects, with everything ended again, if one of them does not start.
 */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  const log = options.logger ?? (() => {});
  const dir = resolve(options.dir);
  const stops: Array<() => Promise<void>> = [];
  const stop = async () => {
    const results = await Promise.allSettled(
      stops
        .splice(0)
        .reverse()
        .map(each => each()),
    );
    const failures = results.flatMap(result =>
      result.status === 'rejected' ? [result.reason] : [],
    );
    if (failures.length > 0) {
      throw new AggregateError(failures, 'Not everything could be ended.');
    }
  };

  try {
    await mkdir(dir, { recursive: true });
    const backendUrl = `http://localhost:${options.portalPort}`;

    log('the Git host');
    const gitHost = await startGitHost({
      portalUrl: backendUrl,
      personas,
      port: options.gitHostPort,
      repositories: { [FLEET.fullName]: await readFleetFiles() },
      // What the portal proposes is merged when its gate says so, and not before it has said anything.
      requiredStatus: {
        context: 'kmetal-storage',
        ofBranches: 'kmetal-storage.',
      },
    });
    stops.push(gitHost.stop);

    const source = createGitSource({
      apiUrl: `${gitHost.url}/api/v3`,
      ...FLEET,
      token: gitHost.portalToken,
    });
    const startOne = async ({
      name,
      title,
    }: {
      name: string;
      title: string;
    }) => {
      const objects = await loadDemoScenario(name);
      const folder = join(dir, 'under-clusters', name);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const cluster =
        options.underClusters === 'kube-apiserver'
          ? await startKubeApiServer({ name, dir: join(folder, 'server') })
          : await startStandIn({
              name,
              objects: [...installedDefinitions(name), ...objects],
            });
      stops.push(cluster.stop);
      if (cluster.kind === 'kube-apiserver') {
        await applyObjects(cluster, installedDefinitions(name));
        await applyScenario(cluster, objects);
      }
      const cdi = await startCdi({
        cluster,
        backend: backendOf(name, objects),
        ...options.volumePace,
      });
      stops.push(cdi.stop);
      const platform = startPlatform({ cluster, ...options.platformPace });
      stops.push(platform.stop);
      const flux = await startFlux({
        cluster,
        source,
        folder: `clusters/${name}`,
      });
      stops.push(flux.stop);
      return { ...(await letReaderIn(cluster, title, folder)), flux };
    };
    const starting = await Promise.allSettled(
      demoUnderClusters.map(each => {
        log(`the under cluster ${each.name}`);
        return startOne(each);
      }),
    );
    const started = starting.map(result => {
      if (result.status === 'rejected') {
        throw result.reason;
      }
      return result.value;
    });

    const fluxes = new Map(
      started.map(({ cluster, flux }) => [cluster.name, flux]),
    );
    const reachable = new Map(
      started.map(({ cluster }) => [cluster.name, true]),
    );
    const underCluster = (name: string) => {
      const found = started.find(({ cluster }) => cluster.name === name);
      if (!found) {
        throw new Error(
          `There is no under cluster ${name}; there are ${[
            ...reachable.keys(),
          ].join(' and ')}.`,
        );
      }
      return found.cluster;
    };
    const setReachable = (name: string, value: boolean) => {
      const cluster = underCluster(name);
      if (!isStandIn(cluster)) {
        throw new Error(
          `${name} is a real API server; only stand-ins can be cut off.`,
        );
      }
      cluster.setReachable(value);
      reachable.set(name, value);
    };
    const control = await startControl({
      underClusters: () =>
        [...reachable].map(([name, value]) => ({ name, reachable: value })),
      setReachable,
      gitHost,
      fluxes,
    });
    stops.push(control.stop);

    const configFile = join(dir, 'app-config.yaml');
    await writeSecret(
      configFile,
      stringify(
        demoConfiguration({
          appUrl: options.appPort
            ? `http://localhost:${options.appPort}`
            : backendUrl,
          backendUrl,
          portalPort: options.portalPort,
          gitHost,
          underClusters: started.map(({ configured }) => configured),
        }),
      ),
    );

    const facts: DemoReady = {
      gitHostUrl: gitHost.url,
      fleetUrl: `${gitHost.url}/${FLEET.fullName}`,
      underClusters: started.map(({ cluster, kubeconfig }) => ({
        name: cluster.name,
        apiUrl: cluster.url,
        kubeconfig,
        fluxControlUrl: `${control.url}/flux/${cluster.name}`,
      })),
      personas,
      controlUrl: control.url,
      gitHostControlUrl: `${control.url}/git-host`,
    };
    return {
      ...facts,
      configFile,
      ready: () => facts,
      underCluster,
      setReachable,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface StartedUnderCluster {
  cluster: UnderCluster;
  configured: ConfiguredUnderCluster;
  kubeconfig: string;
}

/** Lets the portal's reader in and writes down how to reach an under cluster, as reader and as administrator. */
async function letReaderIn(
  cluster: UnderCluster,
  title: string,
  folder: string,
): Promise<StartedUnderCluster> {
  const { token } = await grantReader(cluster, { inNamespaces: true });
  const configured = {
    name: cluster.name,
    title,
    url: cluster.url,
    caFile: join(folder, 'ca.crt'),
    tokenFile: join(folder, 'reader-token'),
  };
  const kubeconfig = join(folder, 'admin.kubeconfig');
  await writeSecret(configured.caFile, cluster.ca);
  await writeSecret(configured.tokenFile, token);
  await cluster.writeKubeconfig(kubeconfig);
  return { cluster, configured, kubeconfig };
}

function isStandIn(cluster: UnderCluster): cluster is StandIn {
  return cluster.kind === 'stand-in';
}

async function writeSecret(file: string, content: string): Promise<void> {
  await writeFile(file, content, { mode: 0o600 });
  // The mode above counts only for a new file.
  await chmod(file, 0o600);
}
