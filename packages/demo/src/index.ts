export { startDemo } from './demo';
export type { Demo, DemoOptions, DemoReady } from './demo';
export { startGitHost } from './gitHost/gitHost';
export type { GitHost, GitHostOptions } from './gitHost/gitHost';
export type { SeedFile, SeedFiles } from './gitHost/repository';
export type { GitHostTrouble } from './gitHost/trouble';
export { personas } from './personas';
export type { Persona } from './personas';
export { demoUnderClusters, loadDemoScenario } from './scenario/demoScenario';
