import { access } from './contract/access';
import { addresses } from './contract/addresses';
import { definitions } from './contract/definitions';
import { EXCEPTIONS } from './contract/exceptions';
import { lists } from './contract/lists';
import { platformKinds } from './contract/platformKinds';
import { scenarios } from './contract/scenarios';
import { storage } from './contract/storage';
import { ContractCluster, isLeftOut, Suite } from './contract/suite';
import { compaction, watches } from './contract/watches';
import { writes } from './contract/writes';
import { kubeApiServerAvailable, startKubeApiServer } from './kubeApiServer';
import { startStandIn } from './standIn';
import { UnderCluster } from './underCluster';

const servers: [UnderCluster['kind'], () => Promise<ContractCluster>][] = [
  ['stand-in', () => startStandIn({ name: 'contract' })],
];
if (kubeApiServerAvailable()) {
  servers.push([
    'kube-apiserver',
    () => startKubeApiServer({ name: 'contract' }),
  ]);
} else {
  process.stderr.write(
    'The API server contract was tested on the stand-in only: KUBEBUILDER_ASSETS names no folder with etcd, kube-apiserver and kube-controller-manager.\n',
  );
}

const registered = new Set<string>();

describe.each(servers)('the API server contract, on the %s:', (kind, start) => {
  let running: ContractCluster | undefined;
  const suite: Suite = {
    get cluster() {
      if (!running) {
        throw new Error(`The ${kind} does not run`);
      }
      return running;
    },
    test(name, body) {
      registered.add(name);
      if (!isLeftOut(kind, name)) {
        // eslint-disable-next-line jest/valid-title, jest/expect-expect -- the parts of the suite give both
        it(name, body);
      }
    },
  };

  beforeAll(async () => {
    running = await start();
  });
  afterAll(async () => {
    await running?.stop();
  });

  describe('an address', () => {
    addresses(suite);
  });
  describe('a write', () => {
    writes(suite);
  });
  describe('a list', () => {
    lists(suite);
  });
  describe('a watch', () => {
    watches(suite);
  });
  describe('storage', () => {
    storage(suite);
  });
  describe('a definition', () => {
    definitions(suite);
  });
  describe('access', () => {
    access(suite);
  });
  describe('a scenario', () => {
    scenarios(suite);
  });
  describe('a kind of the platform', () => {
    platformKinds(suite);
  });
  describe('compaction', () => {
    compaction(suite);
  });
});

describe('the list of exceptions', () => {
  it('names tests that there are, each with its reason', () => {
    for (const { test, what, reason } of EXCEPTIONS) {
      expect(registered).toContain(test);
      expect(what).not.toBe('');
      expect(reason).not.toBe('');
    }
  });
});
