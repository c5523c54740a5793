// Each check in words, in Chinese and in English: first as it reads when it went well, then when it did not.

export const STEPS = {
  "file.kind": [
    ["认得这种文件。", "这一页不认识这种文件。它认识证明文件、门的凭条、销毁证书、检查文件、分叉证明和信任名单。"],
    ["The file is of a kind that this page knows.", "This page does not know this kind of file. It knows proof files, a gate's receipts, certificates of destruction, bundles of inspections, proofs of a fork, and policies."],
  ],
  "browser.able": [
    ["这个浏览器会核对签名。", "这个浏览器不会核对 Ed25519 签名，所以什么也没有核对。可以换一个较新的浏览器。"],
    ["This browser can check signatures.", "This browser cannot check Ed25519 signatures, so nothing was checked. Use a newer browser."],
  ],
  "proof.form": [
    ["文件的写法合乎规定。", "这不是一份完整的证明文件，或者被改过。"],
    ["The file is written as it should be.", "This is not a whole proof file, or it was changed."],
  ],
  "proof.entry": [
    ["文件里有一条完整的账目。", "文件里的账目读不出来。"],
    ["The file carries a whole entry.", "The entry in the file cannot be read."],
  ],
  "checkpoint.log": [
    ["检查点出自名单上的账本。", "检查点不是名单上的账本签的。也许名单属于另一处。"],
    ["The checkpoint is by a ledger of the policy.", "No ledger of the policy signed this checkpoint. The policy may belong to another site."],
  ],
  "checkpoint.signature": [
    ["账本的签名对得上。", "账本的签名对不上。"],
    ["The ledger's signature holds.", "The ledger's signature does not hold."],
  ],
  "checkpoint.witnesses": [
    ["见证人的签名都对得上。", "有一位见证人的签名对不上。"],
    ["The witnesses' signatures hold.", "A witness's signature does not hold."],
  ],
  "checkpoint.quorum": [
    ["看过的见证人够数。", "看过的见证人不够数，只有 {n} 位。"],
    ["Enough witnesses saw it.", "Too few witnesses saw it: {n}."],
  ],
  "proof.path": [
    ["从账目能一步步算到检查点的根。", "从账目算不到检查点的根。账目、位置或者路径被改过。"],
    ["The entry leads to the root of the checkpoint.", "The entry does not lead to the root of the checkpoint. Entry, place or path was changed."],
  ],
  "proof.opened": [
    ["打开的内容正是账目封存的内容。", "打开的内容不是账目封存的内容。"],
    ["What was opened is what the entry commits to.", "What was opened is not what the entry commits to."],
  ],
  "proof.record": [
    ["内容与账目的种类和时间相符。", "内容与账目的种类或时间不符。"],
    ["The record fits the entry's kind and time.", "The record does not fit the entry's kind or time."],
  ],
  "promise.form": [
    ["凭条的写法合乎规定。", "这不是一张完整的凭条，或者被改过。"],
    ["The receipt is written as it should be.", "This is not a whole receipt, or it was changed."],
  ],
  "promise.gate": [
    ["签名的门在名单上。", "名单上没有 {gate} 号设备，核对不了它的签名。"],
    ["The gate is in the policy.", "The policy names no gate {gate}, so its signature cannot be checked."],
  ],
  "promise.signature": [
    ["门的签名对得上。", "{gate} 号设备的签名对不上。"],
    ["The gate's signature holds.", "The signature of gate {gate} does not hold."],
  ],
  "certificate.form": [
    ["证书文件的写法合乎规定。", "这不是一份完整的证书文件，或者被改过。"],
    ["The certificate's file is written as it should be.", "This is not a whole certificate file, or it was changed."],
  ],
  "certificate.key": [
    ["名单上有运营方的钥匙。", "名单上没有运营方的钥匙，核对不了证书的签名。"],
    ["The policy has the operator's key.", "The policy has no key of the operator, so the certificate's signature cannot be checked."],
  ],
  "certificate.signature": [
    ["运营方的签名对得上。", "证书没有运营方的签名，或者签名对不上。"],
    ["The operator's signature holds.", "The certificate is not signed by the operator, or the signature does not hold."],
  ],
  "certificate.text": [
    ["证书的每一行都读得懂。", "证书里有读不懂的行，或者缺了行。"],
    ["Every line of the certificate can be read.", "A line of the certificate cannot be read, or one is missing."],
  ],
  "certificate.count": [
    ["副本一份不少。", "文件里的副本与证书写的份数不符。"],
    ["All copies are in the file.", "The file does not have as many copies as the certificate counts."],
  ],
  "certificate.copies": [
    ["副本清单正是证书所封存的。", "副本清单不是证书所封存的，被改过。"],
    ["The copies are those that the certificate commits to.", "The copies are not those that the certificate commits to."],
  ],
  "certificate.lines": [
    ["每一份副本的去向都读得懂。", "有一份副本的去向读不懂。"],
    ["What became of each copy can be read.", "What became of one copy cannot be read."],
  ],
  "certificate.lost": [
    ["丢失的份数相符。", "丢失的份数与证书写的不符。"],
    ["The number of lost copies fits.", "The number of lost copies is not what the certificate says."],
  ],
  "erasure.once": [
    ["每份抹掉的副本各有设备的一个签名。", "抹掉的副本和设备的签名不是一一对应。"],
    ["Each erased copy has a gate's signed word of its own.", "Erased copies and what gates signed do not match one by one."],
  ],
  "erasure.there": [
    ["设备的签名都在文件里。", "缺了 {gate} 号设备的一个签名。"],
    ["What the gates signed is in the file.", "A signed word of gate {gate} is missing."],
  ],
  "erasure.hash": [
    ["设备签的话没有被换过。", "{gate} 号设备签的一句话被换过。"],
    ["What the gates signed is what the copies name.", "A signed word of gate {gate} is not the one that its copy names."],
  ],
  "erasure.form": [
    ["设备签的话说的都是抹掉。", "{gate} 号设备签的一句话读不出来。"],
    ["What the gates signed says that a copy ended.", "A signed word of gate {gate} cannot be read."],
  ],
  "erasure.line": [
    ["签名的正是副本所在的设备。", "有一个签名不是 {gate} 号设备的。"],
    ["Each is by the gate that had the copy.", "A signed word is not by gate {gate}."],
  ],
  "erasure.gate": [
    ["签名的设备都在名单上。", "名单上没有 {gate} 号设备，核对不了它的签名。"],
    ["These gates are in the policy.", "The policy names no gate {gate}, so its signed word cannot be checked."],
  ],
  "erasure.signature": [
    ["设备的签名都对得上。", "{gate} 号设备的一个签名对不上。"],
    ["The gates' signatures hold.", "A signature of gate {gate} does not hold."],
  ],
  "certificate.order": [
    ["证书说到的都在它之前，承诺在计划之前。", "证书说到的有一件不在它之前，或者承诺不在计划之前。"],
    ["What the certificate names came before it, and the promise before the plan.", "Something that the certificate names did not come before it, or the promise not before the plan."],
  ],
  "certificate.entry": [
    ["账本里那一条正是这份证书。", "账本里那一条不是这份证书。"],
    ["The ledger's entry is this very certificate.", "The ledger's entry is not this certificate."],
  ],
  "inspection.form": [
    ["文件的写法合乎规定。", "这不是一份完整的检查文件，或者被改过。"],
    ["The bundle is written as it should be.", "This is not a whole bundle of an inspection, or it was changed."],
  ],
  "inspection.key": [
    ["名单上有运营方的钥匙。", "名单上没有运营方的钥匙，核对不了签名。"],
    ["The policy has the operator's key.", "The policy has no key of the operator, so the signature cannot be checked."],
  ],
  "inspection.signature": [
    ["运营方的签名对得上。", "没有运营方的签名，或者签名对不上。"],
    ["The operator's signature holds.", "It is not signed by the operator, or the signature does not hold."],
  ],
  "inspection.text": [
    ["签过字的每一行都读得懂。", "签过字的有一行读不懂，或者缺了行。"],
    ["Every line that was signed can be read.", "A line that was signed cannot be read, or one is missing."],
  ],
  "inspection.sections": [
    ["各部分一份不多，一份不少。", "各部分的数目与签字的不符。"],
    ["No section is missing and none was added.", "The sections are not as many as were signed."],
  ],
  "inspection.section": [
    ["每一部分都是签字时的那一份。", "“{name}”这一部分不是签字时的那一份。"],
    ["Each section is the one that was signed.", "The section “{name}” is not the one that was signed."],
  ],
  "inspection.proofs": [
    ["说到的账目都附了证明。", "说到的账目和证明的数目不符。"],
    ["There is a proof for each entry that it names.", "Entries and proofs are not as many."],
  ],
  "inspection.place": [
    ["账目都在它说的位置。", "有一条账目不在它说的位置。"],
    ["The entries are where it says.", "An entry is not where it says."],
  ],
  "inspection.asked": [
    ["账本里有人提出了这次检查。", "账本里没有提出这次检查的那一条。"],
    ["The ledger has who asked for this inspection.", "The ledger's entry does not say that this inspection was asked for."],
  ],
  "inspection.granted": [
    ["账本里有人同意了这次检查。", "账本里没有同意这次检查的那一条。"],
    ["The ledger has who granted this inspection.", "The ledger's entry does not say that this inspection was granted."],
  ],
  "inspection.two": [
    ["先提出、后同意的是两位不同的操作员。", "提出和同意的不是两位不同的操作员，或者先后不对。"],
    ["Two different operators asked and then granted.", "It was not two different operators who asked and then granted."],
  ],
  "inspection.sample": [
    ["抽查用的正是事先承诺的随机数和清单。", "抽查用的不是事先承诺的随机数和清单。"],
    ["Nonce and list of the sample are those that were promised.", "Nonce or list of the sample are not those that were promised."],
  ],
  "inspection.consents": [
    ["附上的登记条目都是抽中的那几份的。", "有一条登记条目不是抽中的。"],
    ["The entries of enrolments are about consents that were drawn.", "An entry of an enrolment is not about a consent that was drawn."],
  ],
  "sample.promised": [
    ["抽查是事先约定的。", "证书没有约定抽查，却附了一份抽查。"],
    ["The sample was promised beforehand.", "The certificate promised no sample, and one is attached."],
  ],
  "sample.form": [
    ["抽查报告的写法合乎规定。", "抽查报告读不出来，或者被改过。"],
    ["The auditor's report is written as it should be.", "The auditor's report cannot be read, or was changed."],
  ],
  "sample.signature": [
    ["审计人的签名对得上。", "抽查报告没有名单上审计人的签名，或者签名对不上。"],
    ["The auditor's signature holds.", "The report is not signed by an auditor of the policy, or the signature does not hold."],
  ],
  "sample.certificate": [
    ["抽查的正是这份证书。", "抽查的是另一份证书。"],
    ["The sample is about this certificate.", "The sample is about another certificate."],
  ],
  "sample.nonce": [
    ["审计人用的正是事先承诺的随机数。", "审计人用的不是事先承诺的随机数。"],
    ["The auditor used the number promised beforehand.", "The auditor did not use the number promised beforehand."],
  ],
  "sample.seed": [
    ["抽查的种子算得出来。", "抽查的种子算不出来，可能挑过。"],
    ["The sample's seed follows from number and copies.", "The sample's seed does not follow from number and copies; it may have been chosen."],
  ],
  "sample.count": [
    ["抽查的份数与证书相符。", "抽查的份数与证书不符。"],
    ["The sample fits the number of copies.", "The sample does not fit the number of copies."],
  ],
  "sample.picks": [
    ["抽中的正是种子选出的那几份。", "抽中的不是种子选出的那几份，可能挑过。"],
    ["The copies looked for are those that the seed chooses.", "The copies looked for are not those that the seed chooses."],
  ],
  "sample.nothing": [
    ["审计人什么也没有找到。", "审计人找到了 {n} 份本该没有的副本。"],
    ["The auditor found nothing.", "The auditor found {n} copies that should be gone."],
  ],
  "fork.form": [
    ["文件的写法合乎规定。", "这不是一份完整的分叉证明，或者被改过。"],
    ["The file is written as it should be.", "This is not a whole proof of a fork, or it was changed."],
  ],
  "fork.one_log": [
    ["两个检查点出自同一本账。", "两个检查点出自两本账，不算分叉。"],
    ["Both checkpoints are by one ledger.", "The checkpoints are by two ledgers: that is no fork."],
  ],
  "fork.same_size": [
    ["两个检查点一样长。", "两个检查点长短不同，中间缺少证明。"],
    ["Both checkpoints are of one size.", "The checkpoints differ in size, and nothing connects them."],
  ],
  "fork.between": [
    ["第二本账在第一本结束处的样子，证明得了。", "第二本账在第一本结束处的样子，证明不了。"],
    ["What the second history had where the first ends is proved.", "What the second history had where the first ends is not proved."],
  ],
  "fork.differs": [
    ["同一处，内容不同。", "两个检查点说的是同一段历史，没有分叉。"],
    ["At one and the same place they differ.", "Both checkpoints tell one history: there is no fork."],
  ],
  "checkpoint.form": [
    ["检查点的写法合乎规定。", "检查点读不出来。"],
    ["The checkpoint is written as it should be.", "The checkpoint cannot be read."],
  ],
  "tags.hash": [
    ["清单没有被换过。", "清单的内容与它的指纹不符。"],
    ["The list's rows fit its hash.", "The list's rows do not fit its hash."],
  ],
  "tags.rows": [
    ["清单的写法合乎规定。", "清单的行没有排好，或者说的是别的位置。"],
    ["The list is written as it should be.", "The list's rows are not in order, or are about other places."],
  ],
  "tags.leaf": [
    ["账本里那一条说的正是这份清单。", "账本里那一条说的不是这份清单。"],
    ["The ledger's entry is about this very list.", "The ledger's entry is about another list."],
  ],
  "policy.line": [
    ["名单的每一行都读得懂。", "名单的第 {line} 行读不懂。"],
    ["Every line of the policy can be read.", "Line {line} of the policy cannot be read."],
  ],
  "policy.no_log": [
    ["名单上有账本。", "名单上没有账本。"],
    ["The policy names a ledger.", "The policy names no ledger."],
  ],
  "policy.no_quorum": [
    ["名单说了要几位见证人。", "名单没有说要几位见证人。"],
    ["The policy says how many witnesses it takes.", "The policy does not say how many witnesses it takes."],
  ],
  "policy.there": [
    ["有一份信任名单。", "还没有信任名单，所以什么也没有核对。先放入一份名单。"],
    ["There is a policy.", "There is no policy yet, so nothing was checked. Drop a policy first."],
  ],
};
