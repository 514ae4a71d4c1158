export { startDemo } from './demo';
export type { Demo, DemoOptions, DemoReady } from './demo';
export { startGitHost } from './gitHost/gitHost';
export type { GitHost } from './gitHost/gitHost';
export { personas } from './personas';
export type { Persona } from './personas';
export { demoUnderClusters, loadDemoScenario } from './scenario/demoScenario';
