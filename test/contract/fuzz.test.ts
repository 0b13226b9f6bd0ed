import { fuzz, isOfInstallation } from './support/fuzz.ts'

fuzz((route) => !isOfInstallation(route))
