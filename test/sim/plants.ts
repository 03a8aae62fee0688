// Mistakes that somebody could make: one line changed each. A test suite that does not notice one is missing something.

export interface Plant {
  /** What the director does wrong. */
  readonly mistake: string;
  readonly file: string;
  /** Stands exactly once in the file. */
  readonly find: string;
  readonly replace: string;
}

const election = 'src/core/election.ts';
const handover = 'src/core/handover.ts';
const intent = 'src/core/intent.ts';
const keeper = 'src/keeper/keeper.ts';
const kernelLevel = 'src/keeper/kernelLevel.ts';
const operator = 'src/core/operator.ts';
const peers = 'src/core/peers.ts';
const step = 'src/core/step.ts';
const timers = 'src/core/timers.ts';
const transitions = 'src/core/transitions.ts';

export const plants: readonly Plant[] = [
  // timers
  {
    mistake: 'waits two intervals, not three',
    file: timers,
    find: 'millis(3 * activeInterval + skew',
    replace: 'millis(2 * activeInterval + skew',
  },
  { mistake: 'has no skew', file: timers, find: '((256 - priority) * activeInterval) / 256', replace: '0 * activeInterval * priority' },
  {
    mistake: 'rounds the skew',
    file: timers,
    find: 'return millis(((256 - priority) * activeInterval) / 256);',
    replace: 'return millis(Math.round(((256 - priority) * activeInterval) / 256));',
  },
  {
    mistake: 'skews the higher priority more',
    file: timers,
    find: '(256 - priority) * activeInterval',
    replace: 'priority * activeInterval',
  },
  { mistake: 'does not ask for patience before a restart in place', file: timers, find: 'Math.max(interval, 1_500)', replace: 'interval' },
  { mistake: 'announces once only', file: timers, find: '[0, 50, 150, 400, 1_000, 5_000]', replace: '[0, 60_000]' },
  // step
  { mistake: 'serves on after it slept', file: step, find: 'if (stalled(turn)) stepDownAfterStall(turn);', replace: '' },
  {
    mistake: 'believes to have slept when it advertised in time',
    file: step,
    find: 'return serves && silent >=',
    replace: 'return serves && 2 * silent >=',
  },
  {
    mistake: 'claims what it finds in the kernel without asking',
    file: transitions,
    find: 'if (holding && mayServe) ask(turn, spec);',
    replace:
      "if (holding && mayServe) setRole(turn, spec, { phase: 'initialize', holding: true, deadline: turn.now, answered: new Set() });",
  },
  {
    mistake: 'forgets what it finds in the kernel',
    file: transitions,
    find: 'if (holding && mayServe)',
    replace: 'if (holding && !mayServe)',
  },
  {
    mistake: 'does not answer who asks for its advert',
    file: step,
    find: 'if (isNews && advert.solicit) advertiseTo(turn, advert.from);',
    replace: '',
  },
  { mistake: 'believes an old advert', file: step, find: 'if (isNews) for (const', replace: 'for (const' },
  {
    mistake: 'goes on with a link down',
    file: step,
    find: 'if (serves && downDevices(turn.state, spec).length > 0)',
    replace: 'if (!serves && downDevices(turn.state, spec).length > 0)',
  },
  {
    mistake: 'goes on although the kernel refused',
    file: step,
    find: "if (group?.role.phase === 'active') enterFault",
    replace: "if (group?.role.phase === 'backup') enterFault",
  },
  {
    mistake: 'never comes back after the kernel refused',
    file: step,
    find: "return turn.now >= role.retryAt ? rejoin(turn, spec, 'recovered') : undefined;",
    replace: 'return;',
  },
  {
    mistake: 'starts in service in spite of maintenance',
    file: transitions,
    find: 'const mayServe = !turn.state.maintenance && downDevices',
    replace: 'const mayServe = downDevices',
  },
  // election
  {
    mistake: 'goes on beside another active after a restart',
    file: election,
    find: 'if (serves(heard) || (asksToo',
    replace: 'if ((asksToo',
  },
  {
    mistake: 'takes the lower priority for the better one',
    file: election,
    find: 'return heard.group.priority > own;',
    replace: 'return heard.group.priority < own;',
  },
  {
    mistake: 'lets both of equal priority stay active',
    file: election,
    find: 'return addressRank(turn, heard.peer.advert.from) > addressRank(turn, turn.config.self);',
    replace: 'return addressRank(turn, heard.peer.advert.from) > Number.MAX_VALUE;',
  },
  {
    mistake: 'makes both of equal priority yield',
    file: election,
    find: 'return addressRank(turn, heard.peer.advert.from) > addressRank(turn, turn.config.self);',
    replace: 'return addressRank(turn, heard.peer.advert.from) > -1;',
  },
  {
    mistake: 'does not restart the timer on an advert',
    file: election,
    find: 'const deadline = silentAt(turn, spec, active);',
    replace: 'const deadline = role.deadline;',
  },
  {
    mistake: 'waits by its own interval, not by the one of the active',
    file: election,
    find: 'active.heardAt + activeDownInterval(priorityOf(turn, spec), active.advert.interval)',
    replace: 'active.heardAt + activeDownInterval(priorityOf(turn, spec), turn.config.interval)',
  },
  {
    mistake: 'acts on what waited in the socket while it slept',
    file: election,
    find: 'const isLive = hearsUs;',
    replace: 'const isLive = (turn: Turn, peer: Peer): boolean => hearsUs(turn, peer) || true;',
  },
  {
    mistake: 'takes over without rules',
    file: election,
    find: 'if (!turn.state.rules.ready) return withhold(turn, spec, role);',
    replace: '',
  },
  {
    mistake: 'does not take over when the rules come in late',
    file: election,
    find: 'setRole(turn, spec, { ...role, deadline: turn.now });',
    replace: '',
  },
  { mistake: 'preempts though it may not', file: election, find: 'return spec.preempt && lower', replace: 'return lower' },
  { mistake: 'preempts before the delay is over', file: election, find: '&& turn.now >= role.preemptAt &&', replace: '&&' },
  {
    mistake: 'waits in full when the active leaves',
    file: election,
    find: 'if (!role.left && isLive(turn, peer)) awaitSkew(turn, spec, role, from);',
    replace: '',
  },
  {
    mistake: 'takes over from an active that restarts and asks',
    file: election,
    find: 'return consentOnce(turn, spec, role);\n  if (role.active === undefined',
    replace: 'return awaitSkew(turn, spec, role, from);\n  if (role.active === undefined',
  },
  {
    mistake: 'stays active beside one that cannot hear it',
    file: election,
    find: "if (mayYield && deafButSteady(turn, spec, heard)) return yieldTo(turn, spec, heard, 'not-heard-by-active');",
    replace: '',
  },
  { mistake: 'yields to a loser as soon as a cut heals', file: election, find: '&& turn.now - peer.hearingSince >= patience', replace: '' },
  // transitions
  { mistake: 'does not answer a losing active', file: transitions, find: '  advertise(turn);\n  return true;', replace: '  return true;' },
  {
    mistake: 'answers every losing advert',
    file: transitions,
    find: 'if (turn.now - role.answeredAt < turn.config.interval) return false;',
    replace: '',
  },
  {
    mistake: 'does not announce when it takes over',
    file: transitions,
    find: "fact: { type: 'becameActive', vrid: spec.vrid, reason, evidence, ...handover } });\n  announceDue(turn, spec, role);",
    replace: "fact: { type: 'becameActive', vrid: spec.vrid, reason, evidence, ...handover } });",
  },
  {
    mistake: 'forgets maintenance when a link comes back',
    file: transitions,
    find: 'if (turn.state.maintenance) return enterMaintenance(turn, spec);',
    replace: '',
  },
  {
    mistake: 'forgets the active when it comes out of a fault',
    file: transitions,
    find: 'const to = start.to ?? knownActive(turn, spec);',
    replace: 'const { to } = start;',
  },
  // handover
  {
    mistake: 'lets go before the other has taken over',
    file: handover,
    find: 'setRole(turn, spec, { ...role, giving });',
    replace: "becomeBackup(turn, spec, { reason: 'handed-over', preemptAt: never });",
  },
  {
    mistake: 'never calls a handover off',
    file: handover,
    find: 'if (giving !== undefined && turn.now >= giving.deadline) callOff(turn, spec, role, giving);',
    replace: '',
  },
  {
    mistake: 'keeps what was called off',
    file: handover,
    find: "if (said?.phase === 'ask' && said.id === taking.id) return false;",
    replace: 'return false;',
  },
  { mistake: 'takes over again what was called off', file: election, find: 'handover.id !== role.calledOff &&', replace: '' },
  {
    mistake: 'lets go on a confirmation that comes too late',
    file: handover,
    find: 'if (takesFromUs && said.id === role.calledOff) return remindOfCallOff(turn, spec, role);',
    replace:
      'if (takesFromUs && said.id === role.calledOff) return complete(turn, spec, role, { id: said.id, to: from, startedAt: turn.now, deadline: never, requestId: undefined }, heard);',
  },
  {
    mistake: 'hands over to one that does not hear it',
    file: peers,
    find: "if (!hearsUs(turn, peer)) return 'peer-does-not-hear-us';",
    replace: '',
  },
  {
    mistake: 'hands over to one without the rules',
    file: peers,
    find: "if (!rules.ready || rules.digest !== turn.state.rules.digest) return 'peer-rules-not-in';",
    replace: '',
  },
  {
    mistake: 'hands over to one in maintenance',
    file: peers,
    find: "if (group.phase === 'maintenance') return 'peer-in-maintenance';\n  if (group.phase === 'fault') return 'peer-in-fault';\n  if (group.phase !== 'backup')",
    replace: "if (group.phase === 'fault') return 'peer-in-fault';\n  if (group.phase !== 'backup' && group.phase !== 'maintenance')",
  },
  // operator
  {
    mistake: 'stops without handing over',
    file: operator,
    find: "if (role.phase !== 'active') stop(turn, spec, role.phase === 'initialize');\n    else giveToBest(turn, spec, role);",
    replace: 'stop(turn, spec, true);',
  },
  {
    mistake: 'never stops when nobody takes over',
    file: operator,
    find: "|| (role.phase === 'active' && role.giving !== undefined)) continue;",
    replace: "|| role.phase === 'active') continue;",
  },
  {
    mistake: 'says no goodbye',
    file: 'src/core/adverts.ts',
    find: "if (turn.speech === 'none' &&",
    replace: "if (turn.state.shutdown === 'done' && !turn.state.inPlace) return;\n  if (turn.speech === 'none' &&",
  },
  {
    mistake: 'enters maintenance and leaves its groups to nobody',
    file: operator,
    find: 'if (stuck !== undefined) return answerRefused',
    replace: "if (stuck?.reason === 'stopping') return answerRefused",
  },
  // intent
  {
    mistake: 'keeps the addresses in a fault',
    file: intent,
    find: "    case 'fault':\n",
    replace: "    case 'fault':\n      return 'keep';\n",
  },
  {
    mistake: 'drops the addresses before a restart in place',
    file: intent,
    find: "state.inPlace ? 'keep' : vipIntent(role)",
    replace: "state.inPlace ? 'absent' : vipIntent(role)",
  },
  {
    mistake: 'drops the addresses when it starts and asks',
    file: intent,
    find: "return role.holding ? 'keep' : 'absent';",
    replace: "return 'absent';",
  },
  // loading many rules
  {
    mistake: 'says that it serves while it still loads',
    file: 'src/core/adverts.ts',
    find: "(role.phase === 'active' && !role.loading)",
    replace: "role.phase === 'active'",
  },
  {
    mistake: 'confirms a handover before its rules are in',
    file: 'src/core/adverts.ts',
    find: "role.loading ? 'loading' : 'taken'",
    replace: "'taken'",
  },
  {
    mistake: 'adds addresses in the middle of a load',
    file: kernelLevel,
    find: "if (outcome !== 'goes-on') return this.#follow(outcome, vrids, vips);",
    replace: 'return this.#follow(outcome, vrids, vips);',
  },
  {
    mistake: 'tells nobody that it loads',
    file: kernelLevel,
    find: "return [{ type: 'loadBegan', vrids }];",
    replace: 'return [];',
  },
  {
    mistake: 'takes the addresses that wait for a load for ones that somebody removed',
    file: kernelLevel,
    find: 'plan.add.filter(({ vrid }) => !this.#waiting.has(vrid));',
    replace: 'plan.add;',
  },
  {
    mistake: 'loads on when it is not active any more',
    file: kernelLevel,
    find: 'if (!this.#serves()) this.#rules.breakOff();',
    replace: '',
  },
  {
    mistake: 'writes many rules in one go',
    file: 'src/keeper/rulesLoad.ts',
    find: 'write(batch, millis(clock.now() + sliceMs))',
    replace: 'write(batch, never)',
  },
  {
    mistake: 'sleeps in the middle of a load',
    file: kernelLevel,
    find: 'if (this.#loads() || this.#announcements.waits()',
    replace: 'if (this.#announcements.waits()',
  },
  {
    mistake: 'keeps a longer interval before its peers have heard of it',
    file: 'src/core/config.ts',
    find: 'return known < after ?',
    replace: 'return known > after ?',
  },
  {
    mistake: 'leaves in the kernel what a new configuration does not name',
    file: kernelLevel,
    find: 'this.#release(this.#vips.left(this.#view));',
    replace: '',
  },
  {
    mistake: 'does not bring up what a new configuration adds',
    file: kernelLevel,
    find: ' || this.#vips.isFresh({ vrid, vip })',
    replace: '',
  },
  {
    mistake: 'never ends a load',
    file: step,
    find: 'else endLoad(turn, spec, role);',
    replace: '',
  },
  {
    mistake: 'does not announce when a load ends',
    file: transitions,
    find: 'announceAnew(turn, spec, { ...role, loading: false });',
    replace: 'setRole(turn, spec, { ...role, loading: false });',
  },
  {
    mistake: 'leaves its clients to one that still loads',
    file: election,
    find: 'const mayYield = serves(heard) || role.loading;',
    replace: 'const mayYield = serves(heard) || !serves(heard);',
  },
  {
    mistake: 'leaves what it finds in the kernel to one that still loads',
    file: election,
    find: 'if (serves(heard) || (asksToo',
    replace: "if (heard.group.phase === 'active' || (asksToo",
  },
  {
    mistake: 'calls a handover off in the middle of a long load',
    file: handover,
    find: 'waitForLoad(turn, spec, role, giving);',
    replace: 'false;',
  },
  {
    mistake: 'never calls off a handover to one that began to load',
    file: handover,
    find: 'const deadline = millis(Math.min(turn.now + handoverTimeout(interval), giving.startedAt + handoverLimit(interval)));',
    replace: 'const deadline = millis(giving.startedAt + 1_000 * handoverLimit(interval));',
  },
  {
    mistake: 'asks for patience when it leaves in the middle of a load',
    file: operator,
    find: "if (role.phase === 'active' && role.loading) stop(turn, spec, true);",
    replace: "if (role.phase === 'stopped') stop(turn, spec, true);",
  },
  {
    mistake: 'serves by rules that are not ready any more',
    file: step,
    find: "if (!rules.ready && role.phase === 'active' && role.loading)",
    replace: "if (!rules.ready && role.phase === 'initialize' && role.holding)",
  },
  // keeper
  {
    mistake: 'believes its timers before its packets',
    file: keeper,
    find: "    this.#takeAll();\n    this.#advance({ type: 'timePassed' });\n",
    replace: "    this.#advance({ type: 'timePassed' });\n",
  },
  {
    mistake: 'believes its timers after a slow kernel call',
    file: keeper,
    find: 'step(this.#config, before, event, this.#drainedAt)',
    replace: 'step(this.#config, before, event, this.#now())',
  },
  {
    mistake: 'announces what it does not hold',
    file: 'src/keeper/announcer.ts',
    find: 'mayAnnounce(one) ? announce(one.vip) : undefined',
    replace: 'announce(one.vip)',
  },
  {
    mistake: 'says what its kernel refused to do',
    file: keeper,
    find: "if (effect.type !== 'sendAdvert' || !this.#knowsBetter()) this.#run(effect);",
    replace: 'this.#run(effect);',
  },
  {
    mistake: 'stays unheard after its state directory was lost',
    file: keeper,
    find: 'if (echo.incarnation < this.#config.incarnation || sameLife) return;',
    replace: 'if (echo.incarnation <= this.#config.incarnation || sameLife) return;',
  },
  {
    mistake: 'adds addresses before the rules',
    file: kernelLevel,
    find: 'const outcome = this.#rules.begin();',
    replace: "const outcome = this.#wanted.groups.size === 0 ? this.#rules.begin() : 'in';",
  },
  {
    mistake: 'leaves an address away that somebody removed',
    file: kernelLevel,
    find: 'const due = missing.filter(',
    replace: 'const due = [].filter(',
  },
  { mistake: 'does not renew its leases', file: 'src/keeper/leases.ts', find: 'waiting = held();', replace: 'waiting = [];' },
  { mistake: 'takes a replayed advert for a new one', file: 'src/keeper/path.ts', find: 'if (!isNewer(news)) return false;', replace: '' },
];
