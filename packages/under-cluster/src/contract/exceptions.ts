import { UnderCluster } from '../underCluster';

/** A test of the contract that is left out on one kind of server. */
export interface ContractException {
  /** The test's name. */
  test: string;
  kind: UnderCluster['kind'];
  /** What differs. */
  what: string;
  reason: string;
}

/** All that is known to differ between the stand-in and the real API server (v1.20). */
export const EXCEPTIONS: readonly ContractException[] = [
  {
    test: 'records who set which field',
    kind: 'stand-in',
    what: 'metadata.managedFields is absent',
    reason: 'nothing here reads or writes it, and lists get shorter without it',
  },
  {
    test: 'takes a strategic merge patch of a built-in kind',
    kind: 'stand-in',
    what: 'answers 415 to a strategic merge patch, a JSON patch and an apply patch',
    reason: 'it would need the merge keys of every built-in kind',
  },
  {
    test: 'deletes a collection',
    kind: 'stand-in',
    what: 'answers 405 to a DELETE of a collection',
    reason: 'nothing here asks for it',
  },
  {
    test: 'drops fields that a built-in kind does not have',
    kind: 'stand-in',
    what: 'keeps unknown fields of built-in kinds',
    reason: 'it has no schemas of the built-in kinds',
  },
  {
    test: 'refuses a custom resource that its schema does not allow',
    kind: 'stand-in',
    what: "takes custom resources as they come, whatever their definition's schema says",
    reason:
      'it evaluates no schemas; what is sent to it is sent to the real server in the same tests',
  },
  {
    test: "refuses what the platform's kinds do not allow, and drops what they do not know",
    kind: 'stand-in',
    what: "takes custom resources as they come, whatever their definition's schema says",
    reason:
      'it evaluates no schemas; what changes write is applied to the real server',
  },
  {
    test: 'takes a body in YAML',
    kind: 'stand-in',
    what: 'answers 415 to YAML and protobuf',
    reason: 'nothing here sends either',
  },
  {
    test: 'completes a pod with all that a node needs',
    kind: 'stand-in',
    what: 'completes pods and Deployments only in part',
    reason: 'no pod ever runs here, and nothing reads what is left out',
  },
  {
    test: 'refuses a pod without containers',
    kind: 'stand-in',
    what: 'takes objects of kinds without a rule in validation.ts as they come',
    reason: 'only what has to do with storage and access is checked',
  },
  {
    test: 'charges a quota for CPU',
    kind: 'stand-in',
    what: 'neither charges CPU and memory nor shows them as used',
    reason: 'only what claims are charged is shown to anybody',
  },
  {
    test: 'makes no token Secret that nobody asked for',
    kind: 'kube-apiserver',
    what: 'v1.20 makes a token Secret for each ServiceAccount',
    reason: 'Kubernetes does so no more since v1.24, and the stand-in follows',
  },
];
