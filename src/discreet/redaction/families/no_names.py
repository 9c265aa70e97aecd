"""Words that stand where a name could, and are none; and those that are part of one without being it."""

from __future__ import annotations

import re

from discreet.redaction.recogniser import listed

PARTICLES = listed(
    """
    van lo der den de la le las los del della delle dei di da das do dos du des von vom zu zum zur ten ter te het
    bin ibn bint abu al el ap af av mac mc y san santa st saint
    """
)
TITLES = listed(
    """
    mr mrs ms miss mx dr prof professor sir rev reverend mister herr herrn frau dipl monsieur madame mademoiselle
    mme mlle señor señora señorita sr sra srta doña signor signora sig dott dottoressa senhor senhora dhr mevr
    mevrouw
    """
)
NO_NAMES = listed(
    """
    a about above account accounts actually additional address addressed after again against all almost already also
    always am amazon an and angry annoyed annoying another any anybody anyone anything apple are around article as
    asap ask asking at attached available awaiting awful back bad bank banking basically be because been before
    being below best better between big billing bit black blue both boots brand broken bug but by call called
    calling came can cannot cant cancel card cash change changed chat check christmas clear clearly code coming
    company complete completely confirmed confused confusing contact correct correctly could credit crucial current
    currently customer customers cut damaged damn day days debit definitely deliver delivered delivery desk detail
    details did didnt different disappointed disappointing do does doesnt doing done dont double down due e-mail
    each easter easy either else email empty enough entirely error euro even ever every everything exactly extremely
    failed false far feedback few fine first following for form forms free friday from frustrated frustrating full
    fully further gift given giving go going good got great gone greatly had half happy has hasnt have having he
    held hello help helpful her here hers hi hidden him his how however i id if im important impossible in
    incomplete incorrect incorrectly indeed information interested into invalid is isnt issue it item items its just
    keeps know known last late later least left less like listed literally little live long longer looking lost lot
    made mail many matter maybe me mean mentioned misspelled misspelt missing mistake mistyped monday month more
    most much must my name named names near never new next nice no nobody none nope normal not nothing now number of
    off ok okay old on once one online only or order ordered orders other our out over own page paid parcel parcels
    part password pay payment paypal perfect perfectly personal phone please pls plus point possible possibly
    postcode prime private probably problem product products public put question quickly quite rather ready real
    really reason recently red refund regarding registered reply request required return returning returns
    ridiculous right said sale same saturday save say saying second secret see seems sent service seriously shall
    she shipped shipping shop short should shown simply since so some somebody someone something soon sorry spelled
    spelling spelt spam standard still stuck stupid such sunday super support supposed sure take taken team terrible
    than thank thanks that thats the their them then there these they thing things think third this those though
    through thursday thus time to today tomorrow too top totally tracking trying tuesday two typo ugly unacceptable
    under unfortunately unknown unless until up upon update upset urgent us used using usual usually various versus
    very via visible waiting want wanted was waste way we website wednesday week weeks well went were what whatever
    when where whether which while white who whole whose why wish wrongly badly hardly partly slightly rightly
    falsely with within without wondering working worse worst would wrong xmas yeah year yes yesterday yet you your
    yours ab aber alle alles als auch auf aus bei bin bis bitte da das dass dein dem den denn der des die dies diese
    doch ein eine einen einer euch euer falsch für ganz geht gut habe haben hat hier ich ihr immer ist ja jetzt kann
    kein keine mehr mein meine mich mir mit nach nicht nichts noch nur oder ohne schon sehr sein sie sind und uns
    vom von vor war warum weil wenn wer wie wieder wir wo zu zum zur au aux avec bien bonjour ce ces cette c'est
    comme dans depuis donc elle est et il ils je j'ai leur lui ma mais mal mes merci mon ne nos notre nous ou où par
    pas pour quand que qui sa sans ses son suis sur très tu un une vos votre vous al aquí con cómo como cuando de
    desde el en era es está esta este esto gracias hola ha las lo los más mi muy para pero por porque quien
    quién se ser si sin sobre su sus también te una y ya yo alla anche che chi ciao come dal dei del della di dove e
    grazie gli io la le lei mio nel non perché più sono sua suo sul aan bent dat deze dit een er geen goed
    heb heeft hem het hoe ik jij kan maar mijn met naar niet nog om ook op uit van voor waar wat wel wij ze zijn alt
    av det du eg för från jeg har hej hva hvad hvor hur ikke inte jag men mitt nej og och på som til till var vi
    hibás rossz rosszul greșit gresit λάθος غلط خطأ गलत ग़लत är
    twice martens martin's pepper oetker oetkers muscle propper bosch
    """
)
"""Small words of eight languages, and what customers say about names and orders."""
NO_SIGNATURES = NO_NAMES | listed(
    """
    mate dude buddy bro guys guy folks friend friends pal boss man sir madam lad lads bye cheers night morning afternoon
    evening weekend wishes regards greetings merry new lovely nice amazing awesome brilliant excellent fantastic
    wonderful
    appreciated sounds worries luck watch team crew staff agent agents bot discreet dhl ups fedex hermes google ikea
    buyer seller shopper visitor member user people person reader owner time regular loyal home office store
    lamp table star wars hong kong san las vegas cross fellow human humans office head cliente novo twice passt great
    street avenue road lane city town county north south east west york london paris berlin spain germany france italy
    royal mail post fridge freezer tv oled washer dryer series pro ultra plus mini air edition limited
    merci danke gracias obrigado grazie bedankt tschüss ciao adiós bonne journée soirée schönen tag abend liebe grüße
    hasta luego pronto buen día fin semana bom dia boa tarde noite fijne dag avond trevlig helg kveld aften
    хорошего дня всего доброго привет спасибо
    """
)
"""And what else stands behind thanks, or before "here", in capitals: whom people thank, what they wish, and brands."""
_NAMES_IN_ED = listed(
    """
    fred alfred wilfred manfred winfred siegfried ned ted jed ed reed saeed syed ahmed mohammed muhammed mohamed
    hamed jared creed red zed mohd waheed rasheed javed naveed khaled majed walid
    """
)
_NAMES_IN_ING = listed(
    """
    ming ling ting xing jing king bing ding qing ping ying sterling fleming keating harding golding
    """
)
_ENDS = re.compile(r".{3,}(?:ed|ing|tion|ness|ment|able|ible|ful|less|ally|ously)|.*\d.*")


def is_no_name(small: str) -> bool:
    """Whether a word in small letters has the form of a verb, an adverb or an abstract noun."""
    return _ENDS.fullmatch(small) is not None and small not in _NAMES_IN_ED and small not in _NAMES_IN_ING
