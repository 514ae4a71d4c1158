export { discrepancies, removed } from './acceptance';
export type { Discrepancy } from './acceptance';
export { applyObjects } from './applyObjects';
export {
  PLATFORM_DEFINITIONS,
  definitionsFor,
} from './customResourceDefinitions';
export { eventually } from './eventually';
export { kubeApiServerAvailable, startKubeApiServer } from './kubeApiServer';
export type { KubeApiServer } from './kubeApiServer';
export type { KubeObject } from './object';
export { grantReader } from './readerGrant';
export { loadScenario } from './scenario';
export { startStandIn } from './standIn';
export type { StandIn } from './standIn';
export type { Answer, RequestOptions, UnderCluster } from './underCluster';
